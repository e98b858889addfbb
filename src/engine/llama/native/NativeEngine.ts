import { SanjhaError } from '../../../core/index.ts'
import { checkRequest } from '../../checkRequest.ts'
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
} from '../../contract.ts'
import { buildPrompt, canInfill } from './answer/buildPrompt.ts'
import { checkLength, createAnswer } from './answer/createAnswer.ts'
import { PartQueue } from './answer/PartQueue.ts'
import { ScoreTask } from './answer/ScoreTask.ts'
import { toLogprob } from './answer/toLogprob.ts'
import { createVectors, type Vectors } from './model/createVectors.ts'
import type { NativeEngineParts } from './NativeEngineParts.ts'
import { closedError } from './scheduler/Scheduler.ts'

/** The contract on top of the scheduler: requests become tasks, tokens become parts. */
export class NativeEngine implements Engine {
  readonly capabilities: Capabilities
  readonly #parts: NativeEngineParts
  readonly #vectors: Vectors
  readonly #open = new Set<(error: SanjhaError) => void>()
  #closing: Promise<void> | undefined

  constructor(parts: NativeEngineParts) {
    this.#parts = parts
    const { model, chatFormat, contextLength, infill } = parts
    this.#vectors = createVectors(parts)
    const generates = model.hasDecoder && !model.isBidirectional
    this.capabilities = {
      chat: generates && !this.#vectors.canRerank,
      completion: generates && !this.#vectors.canRerank,
      embed: !this.#vectors.canRerank,
      rerank: this.#vectors.canRerank,
      score: generates,
      lora: true,
      grammar: generates,
      tools: generates && chatFormat.supportsTools,
      thinking: generates && chatFormat.supportsThinking,
      vision: false,
      infill: generates && canInfill(infill),
      contextLength,
      embeddingLength: this.#vectors.canRerank ? 0 : model.embeddingLength,
    }
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<Part, void> {
    this.#assertOpen()
    throwIfCancelled(signal)
    checkRequest(request)
    this.#need(this.capabilities.completion, 'generate text')
    const { scheduler, counters } = this.#parts
    const queue = new PartQueue()
    const answer = createAnswer(
      this.#parts,
      request,
      (part) => queue.push(part),
      (error) => queue.fail(error),
    )
    const fail = (error: SanjhaError): void => {
      scheduler.cancel(answer.task)
      queue.fail(error)
    }
    const onAbort = (): void => fail(cancelled())
    counters.request()
    this.#open.add(fail)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      scheduler.submit(answer.task)
      yield* queue.read()
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#open.delete(fail)
      scheduler.cancel(answer.task)
      answer.free()
    }
  }

  async embed(texts: readonly string[], options: EmbedOptions, signal: AbortSignal): Promise<EmbedResult> {
    this.#assertOpen()
    this.#need(this.capabilities.embed, 'embed')
    this.#parts.counters.request()
    return this.#vectors.embed(texts, options, signal)
  }

  async score(requests: readonly ScoreRequest[], signal: AbortSignal): Promise<TokenLogprob[][]> {
    this.#assertOpen()
    this.#need(this.capabilities.score, 'score')
    this.#parts.counters.request()
    return Promise.all(requests.map((request) => this.#scoreOne(request, signal)))
  }

  async #scoreOne({ context, continuation, top = 0 }: ScoreRequest, signal: AbortSignal): Promise<TokenLogprob[]> {
    throwIfCancelled(signal)
    const { model, scheduler } = this.#parts
    const { vocabulary } = model
    if (!(Number.isInteger(top) && top >= 0 && top <= 1000)) {
      throw new SanjhaError('invalid_request', 'top must be a whole number from 0 to 1000.', { param: 'top' })
    }
    const before = typeof context === 'string' ? vocabulary.tokenize(context, true, true) : [...context]
    const after = typeof continuation === 'string' ? vocabulary.tokenize(continuation, true, false) : [...continuation]
    vocabulary.check(before, 'context')
    vocabulary.check(after, 'continuation')
    if (after.length === 0) return []
    if (before.length === 0) before.push(vocabulary.bos >= 0 ? vocabulary.bos : vocabulary.eos)
    vocabulary.check(before, 'context')
    const tokens = [...before, ...after]
    checkLength(tokens.length, this.#parts.contextLength)
    const { promise, resolve, reject } = Promise.withResolvers<TokenLogprob[]>()
    const task = new ScoreTask({
      tokens,
      contextLength: before.length,
      top,
      onDone: (scores) => resolve(scores.map((score) => toLogprob(vocabulary, score))),
      onError: reject,
    })
    await this.#whileOpen(
      promise,
      reject,
      signal,
      () => scheduler.cancel(task),
      () => scheduler.submit(task),
    )
    return promise
  }

  /** Starts work that fails with `cancelled` when the signal is aborted or the engine closed. */
  async #whileOpen(
    promise: Promise<unknown>,
    reject: (error: SanjhaError) => void,
    signal: AbortSignal,
    cancel: () => void,
    start: () => void,
  ): Promise<void> {
    const fail = (error: SanjhaError): void => {
      cancel()
      reject(error)
    }
    const onAbort = (): void => fail(cancelled())
    this.#open.add(fail)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      start()
      await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#open.delete(fail)
    }
  }

  async rerank(query: string, documents: readonly string[], signal: AbortSignal): Promise<RerankResult> {
    this.#assertOpen()
    this.#need(this.capabilities.rerank, 'rerank')
    this.#parts.counters.request()
    return this.#vectors.rerank(query, documents, signal)
  }

  async tokenize(text: string, options: { readonly special?: boolean } = {}): Promise<number[]> {
    this.#assertOpen()
    const special = options.special === true
    return this.#parts.model.vocabulary.tokenize(text, special, special)
  }

  async detokenize(tokens: readonly number[], options: { readonly special?: boolean } = {}): Promise<string> {
    this.#assertOpen()
    return this.#parts.model.vocabulary.detokenize(tokens, options.special === true)
  }

  async renderChat(
    input: Extract<GenerateInput, { type: 'chat' }>,
  ): Promise<{ readonly prompt: string; readonly tokens: number[] }> {
    this.#assertOpen()
    const { model, chatFormat, infill } = this.#parts
    const { text, tokens } = buildPrompt(model.vocabulary, chatFormat, infill, { input })
    return { prompt: text, tokens }
  }

  status(): EngineStatus {
    const { scheduler, slots, threads, counters } = this.#parts
    const { generation, prompt } = threads
    const reading =
      prompt.choice.threads === generation.choice.threads
        ? ''
        : `; ${prompt.choice.threads} for prompts (${prompt.choice.reason})`
    return {
      active: this.#closing === undefined ? scheduler.active : 0,
      waiting: scheduler.waiting,
      slots,
      threads: generation.choice.threads,
      threadsReason: generation.choice.reason + reading,
      memoryBytes: process.memoryUsage.rss(),
      devices: this.#parts.devices,
      ...counters.rates,
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const { scheduler, model, candidates, extras, drafting } = this.#parts
    for (const fail of this.#open) fail(closedError())
    this.#vectors.abort()
    await scheduler.close()
    this.#vectors.free()
    candidates.free()
    drafting.model?.free()
    extras.pool?.free()
    model.free()
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedError()
  }

  #need(can: boolean, what: string): void {
    if (!can)
      throw new SanjhaError('unsupported', `This model cannot ${what}.`, {
        hint: 'Choose a model that was made for it.',
      })
  }
}

const cancelled = (): SanjhaError => new SanjhaError('cancelled', 'The request was cancelled.')

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled()
}
