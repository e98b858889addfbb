import { SanjhaError } from '../../../core/index.ts'
import type { Capabilities, Engine, EngineStatus, GenerateRequest, Part } from '../../contract.ts'
import type { Channel } from './channel.ts'
import { type CallMethod, type FromEngine, partWindow, type ToEngine } from './messages.ts'

export interface EngineProxy extends Engine {
  /** Takes in a message of the engine's process. Those of requests that are over are dropped. */
  receive(message: FromEngine): void
  /** Fails every request in flight, and every later one, with `error`. */
  fail(error: SanjhaError): void
  /** Requests that wait for the engine. One whose reader has not read what came yet does not. */
  readonly pending: number
}

interface Pending {
  /** Parts that nobody has read yet. */
  readonly unread?: readonly Part[]
  /** Whether its process has got it. */
  begun: boolean
  part?(part: Part): void
  end(value: unknown): void
  fail(error: SanjhaError): void
}

const cancelled = (): SanjhaError => new SanjhaError('cancelled', 'The request was cancelled.')

const undelivered = new WeakSet<SanjhaError>()

/** Whether the error is that of a request which never reached its process, so that another one may be asked instead. */
export function wasUndelivered(error: unknown): boolean {
  return SanjhaError.is(error) && undelivered.has(error)
}

/** A death as it concerns a request that the process has not got. */
function neverGot(error: SanjhaError): SanjhaError {
  if (error.code !== 'engine_crashed') return error
  const copy = SanjhaError.fromJSON(error.toJSON())
  undelivered.add(copy)
  return copy
}

/** The engine that `serveEngine` serves at the other end of `channel`, as an `Engine` here. `close` asks the other side to end. */
export function createEngineProxy(
  channel: Channel<FromEngine, ToEngine>,
  ready: { readonly capabilities: Capabilities; readonly status: EngineStatus },
): EngineProxy {
  const requests = new Map<number, Pending>()
  let nextId = 1
  let status = ready.status
  let failure: SanjhaError | undefined

  channel.onRefused((message, reason) => {
    if (message.type !== 'generate' && message.type !== 'call') return
    const text = `The request cannot be handed to the engine: ${reason.message}.`
    requests.get(message.id)?.fail(new SanjhaError('invalid_request', text, { cause: reason }))
  })

  const call = async <T>(method: CallMethod, args: readonly unknown[], signal?: AbortSignal): Promise<T> => {
    if (failure) throw failure
    if (signal?.aborted) throw cancelled()
    const id = nextId++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const onAbort = (): void => {
      channel.send({ type: 'cancel', id })
      reject(cancelled())
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    requests.set(id, { begun: false, end: resolve, fail: reject })
    channel.send({ type: 'call', id, method, args })
    try {
      return (await promise) as T
    } finally {
      signal?.removeEventListener('abort', onAbort)
      requests.delete(id)
    }
  }

  async function* generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<Part, void, undefined> {
    if (failure) throw failure
    if (signal.aborted) throw cancelled()
    const id = nextId++
    const parts: Part[] = []
    let wake: (() => void) | undefined
    let ended = false
    let error: SanjhaError | undefined
    const stir = (): void => {
      wake?.()
      wake = undefined
    }
    const finish = (failed?: SanjhaError): void => {
      ended = true
      error ??= failed
      stir()
    }
    const onAbort = (): void => {
      if (!ended) channel.send({ type: 'cancel', id })
      // What was not read yet is of no use to somebody who went away.
      parts.length = 0
      finish(cancelled())
    }
    signal.addEventListener('abort', onAbort, { once: true })
    requests.set(id, {
      unread: parts,
      begun: false,
      part: (part) => {
        parts.push(part)
        stir()
      },
      end: () => finish(),
      fail: finish,
    })
    channel.send({ type: 'generate', id, request })
    let read = 0
    try {
      while (true) {
        const part = parts.shift()
        if (part !== undefined) {
          if (++read === partWindow / 2) {
            channel.send({ type: 'credit', id, parts: read })
            read = 0
          }
          yield part
        } else if (error) {
          throw error
        } else if (ended) {
          return
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
      requests.delete(id)
      if (!ended) channel.send({ type: 'cancel', id })
    }
  }

  return {
    capabilities: ready.capabilities,
    get pending() {
      let count = 0
      for (const { unread = [] } of requests.values()) if (unread.length === 0) count++
      return count
    },
    generate,
    embed: (texts, options, signal) => call('embed', [texts, options], signal),
    score: (items, signal) => call('score', [items], signal),
    rerank: (query, documents, signal) => call('rerank', [query, documents], signal),
    tokenize: (text, options) => call('tokenize', [text, options]),
    detokenize: (tokens, options) => call('detokenize', [tokens, options]),
    renderChat: (input) => call('renderChat', [input]),
    status: () => {
      // How many there are is known better here than from the last heartbeat.
      const waiting = Math.min(status.waiting, requests.size)
      return { ...status, active: requests.size - waiting, waiting }
    },
    close: async () => {
      channel.send({ type: 'close' })
    },
    receive: (message) => {
      switch (message.type) {
        case 'status':
          status = message.status
          return
        case 'begun': {
          const request = requests.get(message.id)
          if (request) request.begun = true
          return
        }
        case 'part':
          requests.get(message.id)?.part?.(message.part)
          return
        case 'end':
          requests.get(message.id)?.end(undefined)
          return
        case 'result':
          requests.get(message.id)?.end(message.value)
          return
        case 'error':
          requests.get(message.id)?.fail(SanjhaError.fromJSON(message.error))
          return
        default:
          return
      }
    },
    fail: (error) => {
      failure = neverGot(error)
      for (const request of requests.values()) request.fail(request.begun ? error : failure)
    },
  }
}
