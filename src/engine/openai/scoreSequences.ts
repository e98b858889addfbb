import { SanjhaError } from '../../core/index.ts'
import type { ScoreRequest, TokenLogprob } from '../contract.ts'
import { readCompletionLogprobs } from './AnswerReader.ts'
import type { OpenAIClient } from './OpenAIClient.ts'
import type { RemoteTokens } from './remoteTokens.ts'
import { isObject } from './upstreamError.ts'

/**
 * Scores continuations by the completions API with `echo`: the prompt comes back with its log-probabilities. vLLM has it;
 * where it is missing, `unsupported`. In text, the continuation begins at the first token that ends behind the context.
 */
export async function scoreSequences(
  client: OpenAIClient,
  model: string,
  requests: readonly ScoreRequest[],
  tokens: RemoteTokens,
  signal: AbortSignal,
): Promise<TokenLogprob[][]> {
  const results: TokenLogprob[][] = []
  // One after the other: the same request then gives the same numbers whatever else was asked.
  for (const request of requests) results.push(await scoreOne(client, model, request, tokens, signal))
  return results
}

async function scoreOne(
  client: OpenAIClient,
  model: string,
  request: ScoreRequest,
  tokens: RemoteTokens,
  signal: AbortSignal,
): Promise<TokenLogprob[]> {
  const { context, continuation, top = 0 } = request
  if (context.length === 0) {
    throw new SanjhaError(
      'unsupported',
      `The remote ${client.name} gives no probability for a first token: add a context.`,
    )
  }
  const asText = typeof context === 'string' && typeof continuation === 'string'
  const toTokens = async (value: string | readonly number[], special: boolean): Promise<readonly number[]> =>
    typeof value === 'string' ? tokens.tokenize(value, { special }) : value
  const prompt = asText
    ? context + continuation
    : [...(await toTokens(context, true)), ...(await toTokens(continuation, false))]
  const body = { model, prompt, echo: true, max_tokens: 0, logprobs: Math.max(1, top), temperature: 0 }
  const answer = await client.json({ path: 'completions', model, signal, body }).catch((error: unknown) => {
    const refused = SanjhaError.is(error) && error.code === 'invalid_request'
    if (!refused) throw error
    throw new SanjhaError('unsupported', `The remote ${client.name} cannot score text.`, { cause: error })
  })
  const [choice] = Array.isArray(answer.choices) ? (answer.choices as unknown[]) : []
  const logprobs = isObject(choice) && isObject(choice.logprobs) ? choice.logprobs : undefined
  const all = logprobs ? readCompletionLogprobs(logprobs) : []
  const first = asText
    ? indexBehind(context.length, all, logprobs?.text_offset)
    : (await toTokens(context, true)).length
  const scored = all.slice(first)
  if (scored.length === 0 && continuation.length > 0) {
    throw new SanjhaError('unsupported', `The remote ${client.name} does not give log-probabilities of the prompt.`)
  }
  return scored.map((token) => ({ ...token, top: token.top.slice(0, top) }))
}

/** The first token that ends behind so many characters. */
function indexBehind(length: number, tokens: readonly TokenLogprob[], offsets: unknown): number {
  let at = 0
  for (const [index, token] of tokens.entries()) {
    const offset = Array.isArray(offsets) && typeof offsets[index] === 'number' ? offsets[index] : at
    at = offset + token.token.length
    if (at > length) return index
  }
  return tokens.length
}
