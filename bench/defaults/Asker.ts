import { join } from 'node:path'
import { z } from 'zod'
import { createLlamaFactory } from '../../src/engine/index.ts'
import type { AskingSetting } from './settings.ts'

export interface GivenAnswer {
  readonly text: string
  readonly tokens: number
  /** False when it was cut at the limit. */
  readonly ended: boolean
}

/** Asks one question in the way of a setting. */
export interface Asker extends AsyncDisposable {
  ask(question: string, seed: number, maxTokens: number): Promise<GivenAnswer>
}

/** The engine in a child process, without the catalogue's defaults: only what the setting says. */
export async function openLocalAsker(modelPath: string, setting: AskingSetting, scratch: string): Promise<Asker> {
  const factory = createLlamaFactory({ logs: join(scratch, 'logs') })
  const { signal } = new AbortController()
  const { engine } = await factory(
    {
      source: {
        kind: 'llama',
        model: 'asked',
        digest: '',
        modelPath,
        weightsBytes: 0,
        contextBytesPerToken: null,
        contextLength: null,
        parameters: null,
        quantization: null,
        defaults: setting.system === undefined ? {} : { system: setting.system },
      },
      load: {},
      contextLength: 2048,
      onProgress: () => undefined,
    },
    signal,
  )
  return {
    ask: async (question, seed, maxTokens) => {
      let text = ''
      const input = {
        type: 'chat',
        messages: [{ role: 'user', content: [{ type: 'text', text: question }] }],
      } as const
      for await (const part of engine.generate({ input, maxTokens, sampling: { ...setting.sampling, seed } }, signal)) {
        if (part.type === 'text') text += part.text
        if (part.type === 'finish') {
          return { text, tokens: part.usage.completionTokens, ended: part.reason === 'stop' }
        }
      }
      throw new Error('The engine ended without saying how it went.')
    },
    [Symbol.asyncDispose]: () => engine.close(),
  }
}

const answer = z.object({
  choices: z
    .array(z.object({ message: z.object({ content: z.string().nullable() }), finish_reason: z.string().nullable() }))
    .min(1),
  usage: z.object({ completion_tokens: z.number() }),
})

/**
 * Any OpenAI-compatible endpoint. What `none` means is up to it: an empty system message is sent.
 * @param url up to and with the version; the key is taken from `OPENAI_API_KEY`
 */
export function openRemoteAsker(url: string, model: string, setting: AskingSetting): Asker {
  const { temperature, topK, topP, repeatPenalty } = setting.sampling
  const key = process.env['OPENAI_API_KEY']
  return {
    ask: async (question, seed, maxTokens) => {
      const response = await fetch(`${url.replace(/\/$/, '')}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({
          model,
          messages: [
            ...(setting.system === undefined ? [] : [{ role: 'system', content: setting.system }]),
            { role: 'user', content: question },
          ],
          max_tokens: maxTokens,
          seed,
          temperature,
          top_k: topK,
          top_p: topP,
          repeat_penalty: repeatPenalty,
        }),
      })
      if (!response.ok) throw new Error(`It answered ${response.status}: ${(await response.text()).slice(0, 500)}`)
      const { choices, usage } = answer.parse(await response.json())
      const [choice] = choices
      return {
        text: choice?.message.content ?? '',
        tokens: usage.completion_tokens,
        ended: choice?.finish_reason === 'stop',
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
