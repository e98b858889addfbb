import { SanjhaError } from '../../core/index.ts'
import type { FinishReason, Part, TokenLogprob, Usage } from '../contract.ts'
import { CallReader } from './CallReader.ts'
import { list, textOf } from './json.ts'
import { isObject, streamError } from './upstreamError.ts'

type Json = Record<string, unknown>

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'blocked',
}

/**
 * Reads the chunks of one streamed answer (chat or completion), or a whole answer that was not streamed, into parts.
 * The finish comes from `finish()`: usage may follow the last chunk that has a choice.
 */
export class AnswerReader {
  readonly #remote: string
  readonly #arrived = performance.now()
  readonly #calls = new CallReader()
  #firstAt: number | undefined
  #pieces = 0
  #reason: FinishReason | undefined
  #stopSequence: string | undefined
  #usage: Json | undefined
  #timings: Json | undefined

  constructor(remote: string) {
    this.#remote = remote
  }

  /** @throws SanjhaError for an error inside the stream and for what is no chunk. */
  read(data: string): Part[] {
    let chunk: unknown
    try {
      chunk = JSON.parse(data)
    } catch {
      throw this.#nonsense('a chunk of its stream is no JSON')
    }
    if (!isObject(chunk)) throw this.#nonsense('a chunk of its stream is no object')
    if (chunk.error !== undefined && chunk.error !== null) throw streamError(this.#remote, chunk.error)
    if (isObject(chunk.usage)) this.#usage = chunk.usage
    if (isObject(chunk.timings)) this.#timings = chunk.timings
    const [choice] = Array.isArray(chunk.choices) ? (chunk.choices as unknown[]) : []
    return isObject(choice) ? this.#choice(choice) : []
  }

  /** @throws SanjhaError when the answer broke off. */
  finish(): Part {
    if (this.#reason === undefined) throw this.#nonsense('its answer broke off in the middle')
    if (this.#calls.nameless) throw this.#nonsense('it called a tool without a name')
    return {
      type: 'finish',
      reason: this.#reason,
      usage: this.#usageOf(),
      ...(this.#stopSequence !== undefined && { stopSequence: this.#stopSequence }),
    }
  }

  #choice(choice: Json): Part[] {
    const delta = isObject(choice.delta) ? choice.delta : isObject(choice.message) ? choice.message : {}
    const logprobs = readLogprobs(choice.logprobs)
    const parts: Part[] = []
    const reasoning = textOf(delta.reasoning_content) || textOf(delta.reasoning)
    const text = textOf(delta.content) || textOf(choice.text) || textOf(delta.refusal)
    if (reasoning !== '') parts.push({ type: 'reasoning', text: reasoning, ...(text === '' && logprobs) })
    if (text !== '') parts.push({ type: 'text', text, ...logprobs })
    for (const call of list(delta.tool_calls)) parts.push(...this.#calls.read(call))
    if (typeof choice.finish_reason === 'string') {
      // What we do not know yet still ends the answer.
      const reason = finishReasons[choice.finish_reason] ?? 'stop'
      // A call that was forced ends with `stop` at OpenAI's own endpoint, and some others never say it.
      this.#reason = reason === 'stop' && this.#calls.any ? 'tool-calls' : reason
      if (typeof choice.stop_reason === 'string') this.#stopSequence = choice.stop_reason
    }
    if (parts.length > 0) {
      this.#firstAt ??= performance.now()
      this.#pieces += parts.length
    }
    return parts
  }

  /** As the endpoint counted. Without its count the pieces of a stream are counted, which are tokens nearly always. */
  #usageOf(): Usage {
    const usage = this.#usage ?? {}
    const prompt = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {}
    const completion = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {}
    const now = performance.now()
    const first = this.#firstAt ?? now
    return {
      promptTokens: count(usage.prompt_tokens),
      completionTokens: this.#usage ? count(usage.completion_tokens) : this.#pieces,
      cachedTokens: count(prompt.cached_tokens),
      reasoningTokens: count(completion.reasoning_tokens),
      draftTokens: count(this.#timings?.draft_n),
      acceptedTokens: count(this.#timings?.draft_n_accepted),
      timings: {
        queueMs: 0,
        loadMs: 0,
        promptMs: number(this.#timings?.prompt_ms) ?? first - this.#arrived,
        generationMs: number(this.#timings?.predicted_ms) ?? now - first,
        timeToFirstTokenMs: first - this.#arrived,
      },
    }
  }

  #nonsense(what: string): SanjhaError {
    const details = { remote: this.#remote }
    return new SanjhaError('upstream_error', `The remote ${this.#remote} does not behave: ${what}.`, { details })
  }
}

/** Chat: `{content: [{token, bytes, logprob, top_logprobs}]}`. Completion: parallel lists, see `readCompletionLogprobs`. */
function readLogprobs(value: unknown): { logprobs?: TokenLogprob[] } {
  if (!isObject(value)) return {}
  if (Array.isArray(value.content)) {
    return {
      logprobs: list(value.content).map((entry) => ({ ...tokenOf(entry), top: list(entry.top_logprobs).map(tokenOf) })),
    }
  }
  return Array.isArray(value.tokens) ? { logprobs: readCompletionLogprobs(value) } : {}
}

/** `{tokens, token_logprobs, top_logprobs}` of the completions API. A first token without a probability has 0. */
export function readCompletionLogprobs(value: Json): TokenLogprob[] {
  const tokens = Array.isArray(value.tokens) ? value.tokens : []
  const own = Array.isArray(value.token_logprobs) ? value.token_logprobs : []
  const top = Array.isArray(value.top_logprobs) ? value.top_logprobs : []
  return tokens.map((token, index) => {
    const alternatives: unknown = top[index]
    return {
      ...tokenOf({ token, logprob: own[index] }),
      top: isObject(alternatives)
        ? Object.entries(alternatives)
            .map(([text, logprob]) => tokenOf({ token: text, logprob }))
            .toSorted((a, b) => b.logprob - a.logprob)
        : [],
    }
  })
}

function tokenOf(entry: Json): { token: string; tokenId: number; bytes: number[]; logprob: number } {
  const token = textOf(entry.token)
  return {
    token,
    // The wire does not tell; some servers do, as `id`.
    tokenId: typeof entry.id === 'number' ? entry.id : -1,
    bytes: Array.isArray(entry.bytes) ? (entry.bytes as number[]) : [...Buffer.from(token)],
    logprob: Math.min(0, number(entry.logprob) ?? 0),
  }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function count(value: unknown): number {
  return Math.max(0, Math.round(number(value) ?? 0))
}
