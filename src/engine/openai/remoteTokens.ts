import { SanjhaError } from '../../core/index.ts'
import type { Engine } from '../contract.ts'
import { withFallback } from './notThere.ts'
import type { OpenAIClient } from './OpenAIClient.ts'
import { messageField } from './requestBody.ts'

export type RemoteTokens = Pick<Engine, 'tokenize' | 'detokenize' | 'renderChat'>

/**
 * Tokens by `/tokenize`, `/detokenize` and `/apply-template` where the endpoint has them. llama-server and vLLM use
 * different fields for the same things; both are sent, since each ignores the other's.
 */
export function remoteTokens(client: OpenAIClient, model: string, signal: AbortSignal): RemoteTokens {
  const ask = (what: string, path: string, body: object): Promise<Record<string, unknown>> =>
    withFallback(client.name, what, [() => client.json({ path, model, signal, body: { model, ...body } })])

  const tokenize: Engine['tokenize'] = async (text, options = {}) => {
    const special = options.special ?? false
    const body = {
      content: text,
      prompt: text,
      add_special: special,
      add_special_tokens: special,
      parse_special: special,
    }
    return readTokens(client, await ask('turn text into tokens', '/tokenize', body))
  }
  const detokenize: Engine['detokenize'] = async (tokens) => {
    const answer = await ask('turn tokens into text', '/detokenize', { tokens })
    const text = answer.content ?? answer.prompt
    if (typeof text !== 'string') throw misbehaves(client, 'no text')
    return text
  }
  const renderChat: Engine['renderChat'] = async (input) => {
    const messages = input.messages.map(messageField)
    return withFallback(client.name, 'show the prompt that a chat becomes', [
      async () => {
        const answer = await client.json({ path: '/apply-template', model, signal, body: { model, messages } })
        if (typeof answer.prompt !== 'string') throw misbehaves(client, 'no prompt')
        return { prompt: answer.prompt, tokens: await tokenize(answer.prompt, { special: true }) }
      },
      async () => {
        const body = { model, messages, add_generation_prompt: true }
        const tokens = readTokens(client, await client.json({ path: '/tokenize', model, signal, body }))
        return { prompt: await detokenize(tokens), tokens }
      },
    ])
  }
  return { tokenize, detokenize, renderChat }
}

function readTokens(client: OpenAIClient, answer: Record<string, unknown>): number[] {
  const { tokens } = answer
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'number'))
    throw misbehaves(client, 'no tokens')
  return tokens
}

function misbehaves(client: OpenAIClient, what: string): SanjhaError {
  return new SanjhaError('upstream_error', `The remote ${client.name} does not behave: it gave ${what}.`)
}
