import type { AnswerLeases, Chats, JsonObject, StoredChatMessage } from '../../chats/index.ts'
import { type Clock, type Logger, publicErrorData, randomHex, SanjhaError } from '../../core/index.ts'
import type { Part } from '../../engine/index.ts'
import type { CallPart } from '../../gateway/index.ts'
import type { Live } from '../live/contract.ts'
import { answerTimings, answerUsage } from './answerFacts.ts'
import type { AnswerData, AnswerState, AnswerToolCall } from './contract.ts'
import { DeltaFeed } from './DeltaFeed.ts'

/** What a kill may cost: an answer is written down this often, in milliseconds. */
const saveMs = 400
/** After a failed attempt to write, in milliseconds. */
const retryMs = 1_000

export interface AnswerWorkParts {
  readonly chats: Chats
  readonly leases: AnswerLeases
  readonly live: Live
  readonly clock: Clock
  readonly log: Logger
}

/** One answer that is being written. Its end is written once, whoever brings it about. */
export class AnswerWork {
  /** Aborted when the engine shall stop. */
  readonly signal: AbortSignal
  /** Resolved when the engine has ended and the end is written down. */
  readonly ended: Promise<void>
  readonly #parts: AnswerWorkParts
  readonly #message: StoredChatMessage
  readonly #controller = new AbortController()
  readonly #saved = Promise.withResolvers<void>()
  readonly #feed: DeltaFeed
  readonly #began: number
  readonly #calls = new Map<number, { id: string; name: string; arguments: string }>()
  #text = ''
  #reasoning = ''
  #data: AnswerData
  #model: string | undefined
  #loadMs = 0
  #firstTokenMs: number | null = null
  #isUnsaved = false
  /** Whether it is written down that the answer streams. */
  #hasBegun = false
  #saveTimer: NodeJS.Timeout | undefined
  #end: AnswerState | undefined

  /** @param stream gives the model's parts until the signal is aborted; nothing happens before the first is asked for */
  constructor(
    parts: AnswerWorkParts,
    message: StoredChatMessage,
    data: AnswerData,
    stream: (work: AnswerWork) => AsyncIterable<CallPart>,
  ) {
    this.#parts = parts
    this.#message = message
    this.#data = data
    this.signal = this.#controller.signal
    this.#began = parts.clock.monotonic()
    const ids = { chatId: message.chatId, messageId: message.id }
    this.#feed = new DeltaFeed(parts.live, ids, () => ({ text: this.#text, reasoning: this.#reasoning }))
    this.ended = Promise.all([this.#run(stream), this.#saved.promise]).then(() => undefined)
  }

  /** The model that answers, once it is found. */
  routed(model: string, loadMs: number): void {
    this.#model = model
    this.#loadMs = loadMs
  }

  /** Tools that the model is told of. */
  offer(names: readonly string[]): void {
    this.#data = { ...this.#data, offered: names }
  }

  /** Messages that the model does not get. */
  leaveOut(ids: readonly string[]): void {
    this.#data = { ...this.#data, leftOut: ids }
  }

  /** Ends it as it is. False when it had ended. */
  stop(state: 'stopped' | 'interrupted'): boolean {
    if (this.#end !== undefined) return false
    this.#finish(state, {})
    this.#controller.abort(new SanjhaError('cancelled', `The answer was ${state}.`))
    return true
  }

  /** Gives up what cannot be written down; whoever opens this home next finds what was. */
  abandon(): void {
    clearTimeout(this.#saveTimer)
    this.#saved.resolve()
  }

  /** Writes down what is not written yet. */
  save(): void {
    clearTimeout(this.#saveTimer)
    this.#saveTimer = undefined
    if (!this.#isUnsaved || this.#end !== undefined) return
    if (!this.#hasBegun) {
      this.#begin()
      return
    }
    try {
      this.#parts.chats.saveProgress(this.#message.id, { text: this.#text, reasoning: this.#reasoning || null })
      this.#isUnsaved = false
    } catch (error) {
      if (this.#isGone(error)) return
      this.#parts.log.warn(
        { error: SanjhaError.from(error).toJSON() },
        'an answer could not be written down; trying again',
      )
      this.#saveSoon(retryMs)
    }
  }

  async #run(stream: (work: AnswerWork) => AsyncIterable<CallPart>): Promise<void> {
    // The caller has the message as it was made before anything about it is told.
    await Promise.resolve()
    try {
      for await (const part of stream(this)) {
        if (this.#end !== undefined) return
        if (part.type === 'finish') this.#complete(part)
        else if (part.type !== 'result') this.#take(part)
      }
      if (this.#end !== undefined) return
      throw new SanjhaError('engine_crashed', 'The engine ended its answer without saying why.', {
        hint: 'Try again; `sanjha logs` shows what the engine said.',
      })
    } catch (error) {
      if (this.#end !== undefined) return
      const failure = SanjhaError.from(error)
      if (failure.code === 'internal') this.#parts.log.error({ err: failure.cause ?? failure }, 'an answer failed')
      this.#finish('failed', { error: publicErrorData(failure) })
    }
  }

  #take(part: Exclude<Part, { type: 'finish' }>): void {
    this.#firstTokenMs ??= this.#elapsed()
    if (part.type === 'text') this.#text += part.text
    else if (part.type === 'reasoning') this.#reasoning += part.text
    else {
      const known = this.#calls.get(part.index)
      if (known !== undefined) known.arguments += part.argumentsDelta
      else this.#calls.set(part.index, { id: this.#callId(part.id), name: part.name, arguments: part.argumentsDelta })
    }
    if (this.#data.state === 'waiting') this.#begin()
    else this.#saveSoon(saveMs)
    this.#feed.grown()
  }

  /** A remote engine may give one id twice, or one that means something in an address; a person’s yes is for one call. */
  #callId(given: string): string {
    const isTaken = [...this.#calls.values()].some(({ id }) => id === given)
    // Of the form that all templates take: Mistral’s want nine letters and digits.
    return !isTaken && /^[A-Za-z0-9_-]{1,64}$/.test(given) ? given : randomHex(5).slice(0, 9)
  }

  #begin(): void {
    this.#data = { ...this.#data, state: 'streaming' }
    try {
      this.#write()
      this.#hasBegun = true
    } catch (error) {
      if (!this.#isGone(error)) this.#saveSoon(retryMs)
    }
  }

  #complete(part: Extract<Part, { type: 'finish' }>): void {
    const moments = { loadMs: this.#loadMs, firstTokenMs: this.#firstTokenMs, totalMs: this.#elapsed() }
    this.#finish('done', {
      finishReason: part.reason,
      usage: answerUsage(part.usage),
      timings: answerTimings(part, moments),
    })
  }

  #finish(state: AnswerState, more: Partial<AnswerData>): void {
    this.#end = state
    this.#feed.stop()
    clearTimeout(this.#saveTimer)
    // Of an answer that was cut off, the last call may be half a call, and nobody asks for it any more.
    const calls = state === 'done' ? [...this.#calls.values()] : []
    const toolCalls = calls.map((call): AnswerToolCall => ({ ...call, state: 'requested' }))
    this.#data = { ...this.#data, ...more, ...(toolCalls.length > 0 && { toolCalls }), state }
    this.#writeEnd()
  }

  /** Until it is written: what was said must not be lost because the disk was full for a while. */
  #writeEnd(): void {
    try {
      this.#write()
      this.#parts.leases.release(this.#message.id)
      this.#saved.resolve()
    } catch (error) {
      if (this.#isGone(error)) return
      this.#parts.log.error(
        { error: SanjhaError.from(error).toJSON() },
        'an answer could not be written down; trying again',
      )
      this.#saveTimer = setTimeout(() => this.#writeEnd(), retryMs)
      this.#saveTimer.unref()
    }
  }

  #write(): void {
    const { chats, live } = this.#parts
    // Somebody may have noted something in it meanwhile.
    const { data } = chats.message(this.#message.id)
    const message = chats.updateMessage(this.#message.id, {
      text: this.#text,
      ...(this.#reasoning !== '' && { reasoning: this.#reasoning }),
      ...(this.#model !== undefined && { model: this.#model }),
      data: { ...data, ...this.#data } as JsonObject,
    })
    this.#isUnsaved = false
    live.publish({ name: 'message', data: { message } })
  }

  #saveSoon(ms: number): void {
    this.#isUnsaved = true
    this.#saveTimer ??= setTimeout(() => this.save(), ms).unref()
  }

  /** Somebody has deleted the message: there is nothing left to write to. */
  #isGone(error: unknown): boolean {
    if (!SanjhaError.is(error) || error.code !== 'not_found') return false
    this.#end ??= 'stopped'
    this.#feed.stop()
    this.#controller.abort(new SanjhaError('cancelled', 'The message was deleted.'))
    this.#saved.resolve()
    return true
  }

  #elapsed(): number {
    return this.#parts.clock.monotonic() - this.#began
  }
}
