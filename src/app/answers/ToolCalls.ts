import type { AnswerLeases, Chats, JsonObject, StoredChatMessage } from '../../chats/index.ts'
import { type Database, type Logger, SanjhaError } from '../../core/index.ts'
import type { ToolServers } from '../../tools/index.ts'
import type { Live } from '../live/contract.ts'
import type { AnswerToolCall, ShownCall } from './contract.ts'

export interface ToolCallsParts {
  readonly database: Database
  readonly chats: Chats
  readonly leases: AnswerLeases
  readonly live: Live
  readonly tools: ToolServers
  readonly log: Logger
}

export interface Decided {
  readonly message: StoredChatMessage
  /** Resolved when this call has ended: whether all calls of the answer have, and nobody stopped them. Never rejects. */
  readonly settled: Promise<boolean>
}

/** What a model is told in place of a result. */
const refused = 'The user did not allow this call.'
const interrupted = 'This call was interrupted; whether it had an effect is not known.'

/** The calls that a finished answer asked for: made when a person allows it, and their results written into the answer. */
export class ToolCalls {
  readonly #parts: ToolCallsParts
  /** By message: the calls that are being made. */
  readonly #running = new Map<string, Map<string, AbortController>>()

  constructor(parts: ToolCallsParts) {
    this.#parts = parts
  }

  /** Whether a call is being made. */
  get isBusy(): boolean {
    return this.#running.size > 0
  }

  /** Errors: as `Answers.decide`. */
  decide(messageId: string, shown: ShownCall, allow: boolean): Decided {
    const { database, live } = this.#parts
    // At once for all processes of the home: who comes second finds what the first has decided.
    const { message, call, controller } = database.transaction(() => {
      const call = findCall(this.#parts.chats.message(messageId), shown, allow)
      if (!allow) return { message: this.#note(messageId, call.id, { state: 'refused', result: refused }), call }
      const controller = this.#begin(messageId, call.id)
      try {
        return { message: this.#note(messageId, call.id, { state: 'running' }), call, controller }
      } catch (error) {
        this.#end(messageId, call.id)
        throw error
      }
    })
    live.publish({ name: 'message', data: { message } })
    const settled =
      controller === undefined ? Promise.resolve(areSettled(message)) : this.#make(messageId, call, controller)
    return { message, settled }
  }

  /** Ends the calls of an answer that are being made. False when there are none. */
  stop(messageId: string): boolean {
    const calls = this.#running.get(messageId)
    for (const controller of calls?.values() ?? [])
      controller.abort(new SanjhaError('cancelled', 'The call was stopped.'))
    return calls !== undefined
  }

  stopAll(): void {
    for (const messageId of this.#running.keys()) this.stop(messageId)
  }

  async #make(messageId: string, call: AnswerToolCall, { signal }: AbortController): Promise<boolean> {
    let result: Pick<AnswerToolCall, 'state' | 'result'>
    try {
      const { text, isError } = await this.#parts.tools.call(call.name, call.arguments, signal)
      result = { state: isError ? 'failed' : 'done', result: text }
    } catch (error) {
      const { message, hint } = SanjhaError.from(error)
      result = { state: 'failed', result: signal.aborted ? interrupted : [message, hint].filter(Boolean).join(' ') }
    }
    try {
      // A person who stops a call does not ask for what would follow it.
      return areSettled(this.#write(messageId, call.id, result)) && !signal.aborted
    } catch (error) {
      // Deleted meanwhile, or not to be written down: then there is nothing to go on with.
      this.#parts.log.warn(
        { error: SanjhaError.from(error).toJSON() },
        'the result of a tool could not be written down',
      )
      return false
    } finally {
      this.#end(messageId, call.id)
    }
  }

  #write(messageId: string, callId: string, change: Partial<AnswerToolCall>): StoredChatMessage {
    const message = this.#parts.database.transaction(() => this.#note(messageId, callId, change))
    this.#parts.live.publish({ name: 'message', data: { message } })
    return message
  }

  /** Within a transaction: another call of the same answer may end meanwhile. */
  #note(messageId: string, callId: string, change: Partial<AnswerToolCall>): StoredChatMessage {
    const { text, data } = this.#parts.chats.message(messageId)
    const toolCalls = callsOf({ data }).map((call) => (call.id === callId ? { ...call, ...change } : call))
    return this.#parts.chats.updateMessage(messageId, { text, data: { ...data, toolCalls } as JsonObject })
  }

  #begin(messageId: string, callId: string): AbortController {
    const controller = new AbortController()
    const calls = this.#running.get(messageId) ?? new Map<string, AbortController>()
    // Whoever finds this after a kill can tell that nobody makes it any more.
    if (calls.size === 0 && !this.#parts.leases.take(messageId)) {
      throw new SanjhaError('conflict', 'Another Sanjha of this home is calling a tool of this answer.', {
        hint: 'Wait for its end.',
        retryable: true,
      })
    }
    this.#running.set(messageId, calls.set(callId, controller))
    return controller
  }

  #end(messageId: string, callId: string): void {
    const calls = this.#running.get(messageId)
    calls?.delete(callId)
    if (calls?.size !== 0) return
    this.#running.delete(messageId)
    this.#parts.leases.release(messageId)
  }
}

/** Errors: as `Answers.decide`. */
function findCall(message: StoredChatMessage, shown: ShownCall, allow: boolean): AnswerToolCall {
  const [call, other] = callsOf(message).filter(({ id }) => id === shown.id)
  if (call === undefined) throw new SanjhaError('not_found', `This answer asks for no tool call “${shown.id}”.`)
  if (call.state !== 'requested') {
    throw new SanjhaError('conflict', `The call of ${call.name} was decided already: it is ${call.state}.`)
  }
  if (other !== undefined || call.name !== shown.name || call.arguments !== shown.arguments) {
    throw new SanjhaError('conflict', `The call “${shown.id}” is not the one that was shown.`, {
      hint: 'Load the chat again and look at the call.',
    })
  }
  const offered = message.data?.['offered']
  if (allow && !(Array.isArray(offered) && offered.includes(call.name))) {
    throw new SanjhaError('forbidden', `No tool server of this answer offered ${call.name}.`, {
      hint: 'Refuse the call, so that the model can go on.',
    })
  }
  return call
}

export function callsOf({ data }: Pick<StoredChatMessage, 'data'>): readonly AnswerToolCall[] {
  const calls = data?.['toolCalls']
  return Array.isArray(calls) ? (calls as AnswerToolCall[]) : []
}

/** Whether an answer asked for tools and has heard from all of them. */
export function areSettled(message: Pick<StoredChatMessage, 'data'>): boolean {
  const calls = callsOf(message)
  return calls.length > 0 && calls.every(({ result }) => result !== undefined)
}

/** What an answer is after the process that made its calls died: none of them is being made any more. */
export function withoutRunning(data: JsonObject | null): JsonObject {
  const toolCalls = callsOf({ data }).map((call) =>
    call.state === 'running' ? { ...call, state: 'failed', result: interrupted } : call,
  )
  return { ...data, ...(toolCalls.length > 0 && { toolCalls }) }
}
