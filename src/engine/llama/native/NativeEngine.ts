import { type Clock, SanjhaError } from '../../../core/index.ts'
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
import type { ChatFormat } from '../../text/index.ts'
import { createTextAssembler } from '../../text/index.ts'
import { AnswerStream } from './answer/AnswerStream.ts'
import { buildPrompt, canInfill, type InfillTokens } from './answer/buildPrompt.ts'
import { GenerateTask } from './answer/GenerateTask.ts'
import { PartQueue } from './answer/PartQueue.ts'
import { ScoreTask } from './answer/ScoreTask.ts'
import { toLogprob } from './answer/toLogprob.ts'
import type { NativeApi, Pointer } from './bindings/nativeApi.ts'
import type { Counters } from './Counters.ts'
import { createVectors, type Vectors } from './model/createVectors.ts'
import type { NativeModel } from './model/NativeModel.ts'
import type { Pooling } from './model/pooling.ts'
import type { NativeEngineOptions } from './options.ts'
import type { Candidates } from './sampling/Candidates.ts'
import { createSampler } from './sampling/createSampler.ts'
import { resolveSampling } from './sampling/settings.ts'
import { closedError, type Scheduler } from './scheduler/Scheduler.ts'
import { createLookupDrafter } from './speculative/Drafter.ts'
import { DraftPolicy } from './speculative/DraftPolicy.ts'
import type { StepCost } from './speculative/StepCost.ts'
import type { ThreadChooser } from './threads/ThreadController.ts'

export interface NativeEngineParts {
  readonly api: NativeApi
  readonly model: NativeModel
  readonly scheduler: Scheduler
  readonly chatFormat: ChatFormat
  readonly counters: Counters
  readonly threads: { readonly generation: ThreadChooser; readonly prompt: ThreadChooser }
  readonly clock: Clock
  readonly contextLength: number
  readonly slots: number
  readonly defaults: NonNullable<NativeEngineOptions['defaults']>
  readonly adapters: readonly { readonly pointer: Pointer; readonly scale: number }[]
  readonly candidates: Candidates
  readonly infill: InfillTokens
  readonly pooling: Pooling | undefined
  readonly drafting: {
    /** Tokens proposed at once at most; 0: none. */
    readonly longest: number
    /** The same where the answer must not depend on it. */
    readonly longestExact: number
    readonly cost: StepCost
  }
}

/** The contract on top of the scheduler: requests become tasks, tokens become parts. */
export class NativeEngine implements Engine {
  readonly capabilities: Capabilities
  readonly #parts: NativeEngineParts
  readonly #vectors: Vectors
  readonly #open = new Set<(error: SanjhaError) => void>()
  readonly #policies = { shared: new DraftPolicy(), exact: new DraftPolicy() }
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
    const task = this.#createTask(request, queue)
    const fail = (error: SanjhaError): void => {
      scheduler.cancel(task.task)
      queue.fail(error)
    }
    const onAbort = (): void => fail(cancelled())
    counters.request()
    this.#open.add(fail)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      scheduler.submit(task.task)
      yield* queue.read()
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#open.delete(fail)
      scheduler.cancel(task.task)
      task.free()
    }
  }

  #createTask(request: GenerateRequest, queue: PartQueue): { readonly task: GenerateTask; free(): void } {
    const { api, model, chatFormat, candidates, clock, contextLength, defaults, drafting, infill, counters } =
      this.#parts
    const { vocabulary } = model
    const settings = resolveSampling(request.sampling, defaults, vocabulary.size)
    const prompt = buildPrompt(vocabulary, chatFormat, infill, request)
    const { maxTokens = Number.POSITIVE_INFINITY } = request
    this.#checkLength(prompt.tokens.length + (maxTokens === 0 ? 0 : 1))
    const sampler = createSampler(api, vocabulary, candidates, {
      settings,
      prompt: prompt.tokens,
      contextLength,
      ...(prompt.grammar && { grammar: prompt.grammar }),
    })
    const userStop = request.stop ?? []
    const stream = new AnswerStream(
      createTextAssembler({ stop: [...userStop, ...prompt.stop] }),
      prompt.parser,
      (part) => queue.push(part),
    )
    const isExact = settings.seed !== undefined
    const longest = isExact || settings.temperature === 0 ? drafting.longestExact : drafting.longest
    const drafter =
      request.speculative === false || longest <= 0
        ? undefined
        : createLookupDrafter({
            prompt: prompt.tokens,
            policy: isExact ? this.#policies.exact : this.#policies.shared,
            cost: drafting.cost,
            longest,
          })
    const arrived = clock.monotonic()
    let startedAt = arrived
    let firstAt: number | undefined
    let isFreed = false
    const free = (): void => {
      if (isFreed) return
      isFreed = true
      sampler.free()
    }
    const task = new GenerateTask({
      prompt: prompt.tokens,
      maxTokens: Math.floor(maxTokens),
      contextLength,
      isExact,
      cachePrompt: request.cachePrompt !== false,
      ignoreEnd: request.ignoreEnd === true,
      logprobs: request.logprobs,
      sampler,
      drafter,
      isEnd: (token) => vocabulary.isEnd(token),
      onStart: () => {
        startedAt = clock.monotonic()
      },
      onToken: (token, score) => {
        firstAt ??= clock.monotonic()
        const bytes = prompt.parser === undefined ? vocabulary.bytes(token) : vocabulary.answerBytes(token)
        return stream.push(bytes, score && toLogprob(vocabulary, score))
      },
      onFinish: (reason) => {
        stream.end()
        const usage = {
          promptTokens: prompt.tokens.length,
          completionTokens: task.generated,
          cachedTokens: task.cached,
          reasoningTokens: stream.reasoningTokens,
          draftTokens: task.draftTokens,
          acceptedTokens: task.acceptedTokens,
          timings: {
            queueMs: startedAt - arrived,
            loadMs: 0,
            promptMs: task.promptMs,
            generationMs: task.generationMs,
            timeToFirstTokenMs: (firstAt ?? clock.monotonic()) - arrived,
          },
        }
        counters.usage(usage)
        const stopSequence =
          stream.stopped !== undefined && userStop.includes(stream.stopped) ? stream.stopped : undefined
        queue.push({
          type: 'finish',
          reason:
            reason === 'stop' && stream.hasToolCalls ? 'tool-calls' : stream.stopped !== undefined ? 'stop' : reason,
          usage,
          ...(stopSequence !== undefined && { stopSequence }),
        })
      },
      onError: (error) => queue.fail(error),
    })
    return { task, free }
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
    this.#checkLength(tokens.length)
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
      ...counters.rates,
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const { scheduler, model, candidates } = this.#parts
    for (const fail of this.#open) fail(closedError())
    await scheduler.close()
    this.#vectors.free()
    candidates.free()
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

  #checkLength(tokens: number): void {
    const { contextLength } = this.#parts
    if (tokens <= contextLength) return
    throw new SanjhaError(
      'context_length_exceeded',
      `The prompt has ${tokens} tokens with room for an answer, but this model’s context holds ${contextLength}.`,
      {
        hint: 'Shorten the prompt, or load the model with a longer context.',
        details: { tokens, contextLength },
      },
    )
  }
}

const cancelled = (): SanjhaError => new SanjhaError('cancelled', 'The request was cancelled.')

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled()
}
