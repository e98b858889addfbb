import { setTimeout as delay } from 'node:timers/promises'
import { SanjhaError } from '../../core/index.ts'
import { checkRequest } from '../checkRequest.ts'
import type {
  Capabilities,
  EmbedOptions,
  EmbedResult,
  Engine,
  EngineStatus,
  GenerateInput,
  GenerateRequest,
  Part,
  RerankResult,
  ScoreRequest,
  TokenLogprob,
} from '../contract.ts'
import { FakeTokenizer } from './FakeTokenizer.ts'
import { type Act, actsOf } from './fakeActs.ts'

export interface FakeEngineOptions {
  /** Milliseconds before each token. Default 0: no timer at all. */
  readonly tokenDelayMs?: number
  readonly contextLength?: number
  readonly embeddingLength?: number
  /** Part of what a chat answers when the prompt does not say. Default `You said:`. */
  readonly greeting?: string
  readonly memoryBytes?: number
}

/**
 * An engine that answers at once and always the same: `You said: …`. Prompts that hold `[[…]]` make it do other things;
 * see `fakeActs.ts`. For tests and for measuring everything around an engine.
 */
export class FakeEngine implements Engine {
  readonly capabilities: Capabilities
  readonly #options: FakeEngineOptions
  readonly #tokenizer = new FakeTokenizer()
  readonly #closing = new AbortController()
  #active = 0
  #totals = { requests: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0, draftTokens: 0, acceptedTokens: 0 }

  constructor(options: FakeEngineOptions = {}) {
    this.#options = options
    this.capabilities = {
      chat: true,
      completion: true,
      embed: true,
      rerank: true,
      score: true,
      lora: false,
      grammar: false,
      tools: true,
      thinking: true,
      vision: false,
      infill: false,
      contextLength: options.contextLength ?? 4096,
      embeddingLength: options.embeddingLength ?? 8,
    }
  }

  async *generate(request: GenerateRequest, caller: AbortSignal): AsyncGenerator<Part, void, undefined> {
    const signal = AbortSignal.any([caller, this.#closing.signal])
    const arrived = performance.now()
    throwIfAborted(signal)
    checkRequest(request)
    refuseWhatIsMissing(request)
    const prompt = this.#prompt(request.input)
    const promptTokens = this.#tokenizer.encode(prompt).length
    const limit = this.capabilities.contextLength - promptTokens
    if (limit < 1) throw contextExceeded(promptTokens, this.capabilities.contextLength)
    this.#active++
    let completionTokens = 0
    let reasoningTokens = 0
    try {
      const greeting = this.#options.greeting ?? 'You said:'
      const { steps, end } = this.#plan(actsOf(lastText(request.input), greeting), request, limit)
      for (const step of steps) {
        await this.#wait(signal)
        if (step.type === 'misbehave') await step.run(signal)
        else {
          completionTokens += step.tokens
          if (step.part.type === 'reasoning') reasoningTokens += step.tokens
          yield step.part
        }
        throwIfAborted(signal)
      }
      this.#totals.requests++
      this.#totals.promptTokens += promptTokens
      this.#totals.completionTokens += completionTokens
      const elapsed = performance.now() - arrived
      yield {
        type: 'finish',
        ...end,
        usage: {
          promptTokens,
          completionTokens,
          cachedTokens: 0,
          reasoningTokens,
          draftTokens: 0,
          acceptedTokens: 0,
          timings: { queueMs: 0, loadMs: 0, promptMs: 0, generationMs: elapsed, timeToFirstTokenMs: 0 },
        },
      }
    } finally {
      this.#active--
    }
  }

  /** What will be emitted, in order: stop strings and the length limit are already applied, so nothing needs holding back. */
  #plan(acts: readonly Act[], request: GenerateRequest, room: number): { steps: Step[]; end: End } {
    const limit = Math.min(request.maxTokens ?? Number.POSITIVE_INFINITY, room)
    const steps: Step[] = []
    let used = 0
    let calls = 0
    for (const act of acts) {
      if (act.type === 'misbehave') {
        steps.push(act)
        continue
      }
      const text = act.type === 'tool-call' ? act.arguments : act.text
      const stop = act.type === 'text' ? firstStop(text, request.stop ?? []) : undefined
      const pieces = this.#tokenizer.split(stop ? text.slice(0, stop.at) : text)
      for (const [index, piece] of pieces.entries()) {
        if (used === limit) return { steps, end: { reason: 'length' } }
        used++
        steps.push({ type: 'part', tokens: 1, part: this.#part(act, piece, index, calls, request.logprobs) })
      }
      if (stop) return { steps, end: { reason: 'stop', stopSequence: stop.text } }
      if (act.type === 'tool-call') calls++
    }
    return { steps, end: { reason: calls > 0 ? 'tool-calls' : 'stop' } }
  }

  #part(
    act: Exclude<Act, { type: 'misbehave' }>,
    piece: string,
    index: number,
    call: number,
    logprobs: number | undefined,
  ): Part {
    if (act.type === 'tool-call') {
      const first = index === 0
      return {
        type: 'tool-call',
        index: call,
        id: `call_${call}`,
        name: first ? act.name : '',
        argumentsDelta: piece,
      }
    }
    return {
      type: act.type,
      text: piece,
      ...(logprobs !== undefined && { logprobs: [this.#tokenizer.logprob(piece, logprobs)] }),
    }
  }

  async embed(texts: readonly string[], options: EmbedOptions, signal: AbortSignal): Promise<EmbedResult> {
    throwIfAborted(signal)
    if (texts.length === 0) throw new SanjhaError('invalid_request', 'There is no text to embed.', { param: 'input' })
    const length = options.dimensions ?? this.capabilities.embeddingLength
    if (length < 1 || length > this.capabilities.embeddingLength) {
      throw new SanjhaError('invalid_request', `dimensions must be 1 to ${this.capabilities.embeddingLength}.`, {
        param: 'dimensions',
      })
    }
    const counts: number[] = []
    const vectors = texts.map((text) => {
      const tokens = this.#tokenizer.encode(text).length
      if (tokens > this.capabilities.contextLength && !options.truncate) {
        throw contextExceeded(tokens, this.capabilities.contextLength)
      }
      counts.push(Math.min(tokens, this.capabilities.contextLength))
      return this.#tokenizer.vector(text, length, options.normalize ?? true)
    })
    await this.#wait(signal)
    return { vectors, tokens: counts }
  }

  async score(requests: readonly ScoreRequest[], signal: AbortSignal): Promise<TokenLogprob[][]> {
    throwIfAborted(signal)
    return requests.map((request) => {
      const text =
        typeof request.continuation === 'string' ? request.continuation : this.#tokenizer.decode(request.continuation)
      return this.#tokenizer.split(text).map((piece) => this.#tokenizer.logprob(piece, request.top ?? 0))
    })
  }

  async rerank(query: string, documents: readonly string[], signal: AbortSignal): Promise<RerankResult> {
    throwIfAborted(signal)
    const wanted = new Set(query.toLowerCase().match(/\w+/g) ?? [])
    let tokens = 0
    const scores = documents.map((document) => {
      tokens += this.#tokenizer.encode(query).length + this.#tokenizer.encode(document).length
      const words = document.toLowerCase().match(/\w+/g) ?? []
      return words.filter((word) => wanted.has(word)).length / Math.max(1, words.length)
    })
    return { scores, tokens }
  }

  async tokenize(text: string): Promise<number[]> {
    return this.#tokenizer.encode(text)
  }

  async detokenize(tokens: readonly number[]): Promise<string> {
    return this.#tokenizer.decode(tokens)
  }

  async renderChat(input: Extract<GenerateInput, { type: 'chat' }>): Promise<{ prompt: string; tokens: number[] }> {
    const prompt = this.#prompt(input)
    return { prompt, tokens: this.#tokenizer.encode(prompt) }
  }

  status(): EngineStatus {
    return {
      active: this.#active,
      waiting: 0,
      slots: 64,
      threads: 1,
      threadsReason: 'It only pretends to work.',
      memoryBytes: this.#options.memoryBytes ?? 0,
      generationTokensPerSecond: 0,
      promptTokensPerSecond: 0,
      draftAcceptance: 0,
      totals: { ...this.#totals },
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const ms = this.#options.tokenDelayMs ?? 0
    if (ms > 0) await delay(ms, undefined, { signal }).catch(() => throwIfAborted(signal))
  }

  #prompt(input: GenerateInput): string {
    if (input.type === 'completion') {
      return typeof input.prompt === 'string' ? input.prompt : this.#tokenizer.decode(input.prompt)
    }
    return `${input.messages.map((m) => `<${m.role}> ${textOf(m.content)}`).join('\n')}\n<assistant>`
  }
}

type Step =
  | { readonly type: 'part'; readonly part: Part; readonly tokens: number }
  | Extract<Act, { type: 'misbehave' }>
type End = { readonly reason: 'stop' | 'length' | 'tool-calls'; readonly stopSequence?: string }

function textOf(content: readonly { type: string; text?: string }[]): string {
  return content.map((part) => part.text ?? '').join('')
}

function lastText(input: GenerateInput): string {
  if (input.type === 'completion') return typeof input.prompt === 'string' ? input.prompt : ''
  const last = input.messages.findLast((message) => message.role === 'user')
  return last ? textOf(last.content) : ''
}

function firstStop(text: string, stops: readonly string[]): { at: number; text: string } | undefined {
  return stops
    .map((stop) => ({ at: stop === '' ? -1 : text.indexOf(stop), text: stop }))
    .filter((found) => found.at >= 0)
    .toSorted((a, b) => a.at - b.at)[0]
}

function refuseWhatIsMissing({ input, format }: GenerateRequest): void {
  const image = input.type === 'chat' && input.messages.some((m) => m.content.some((part) => part.type === 'image'))
  if (image) throw new SanjhaError('unsupported', 'This model cannot see images.', { param: 'messages' })
  if (format?.type === 'grammar') throw new SanjhaError('unsupported', 'The fake engine knows no grammars.')
}

function contextExceeded(tokens: number, length: number): SanjhaError {
  return new SanjhaError(
    'context_length_exceeded',
    `The prompt has ${tokens} tokens, which leaves no room for an answer in a context of ${length}.`,
    {
      hint: 'Shorten the prompt, or load the model with a longer context.',
      details: { tokens, contextLength: length },
    },
  )
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new SanjhaError('cancelled', 'The request was cancelled.')
}
