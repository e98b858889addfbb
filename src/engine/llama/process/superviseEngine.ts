import { type Clock, SanjhaError, systemClock } from '../../../core/index.ts'
import { abortable } from '../../abortable.ts'
import type { Engine, EngineStatus, GenerateRequest, Part } from '../../contract.ts'
import type { LoadedModel } from '../../pool/index.ts'
import { wasUndelivered } from './createEngineProxy.ts'
import { type EngineChild, type EngineChildOptions, type EngineExit, startEngineChild } from './startEngineChild.ts'

/** When an engine that died is started anew. Milliseconds. */
export interface RestartPolicy {
  /** Waiting time before the second restart in a row; it doubles each time. The first restart does not wait. */
  readonly initialMs: number
  readonly maxMs: number
  /** After so many deaths in a row, requests are refused for `maxMs` before another attempt. */
  readonly attempts: number
  /** An engine that lived so long does not count as dying in a row. */
  readonly stableMs: number
}

export const defaultRestartPolicy: RestartPolicy = { initialMs: 500, maxMs: 30_000, attempts: 5, stableMs: 60_000 }

export interface SupervisorOptions extends EngineChildOptions {
  readonly restart?: Partial<RestartPolicy>
  readonly clock?: Clock
}

/** An engine whose process is started anew when it dies. */
export interface SupervisedEngine {
  readonly engine: Engine
  readonly state: LoadedModel['state']
  /** null while no process runs. */
  readonly pid: number | null
  readonly restarts: number
  readonly logFile: string
}

/**
 * Starts an engine in a process of its own and keeps it going: a crash or a hang fails the requests in flight with
 * `engine_crashed` and nothing else; later requests wait for the new process. Deaths in a row are answered by growing
 * pauses, then by refusing (`engine_unavailable`), so that a model that always crashes does not keep the machine busy.
 * Errors of the first start are thrown as `startEngineChild` says, and leave nothing behind.
 */
export async function superviseEngine(options: SupervisorOptions, signal: AbortSignal): Promise<SupervisedEngine> {
  const { name, clock = systemClock, engineLog, log } = options
  const policy = { ...defaultRestartPolicy, ...options.restart }
  const closing = new AbortController()

  let child: EngineChild | undefined = await startEngineChild(options, signal)
  const capabilities = child.engine.capabilities
  let state: LoadedModel['state'] = 'ready'
  let restarts = 0
  let deaths = 0
  let bornAt = clock.monotonic()
  /** Set while a new process is being started; resolves to it, or rejects with why there is none. */
  let restarting: Promise<EngineChild> | undefined
  /** After too many deaths: when the next attempt is allowed, and the last reason. */
  let refusal: { readonly until: number; readonly because: SanjhaError } | undefined
  let lastStatus = child.engine.status()
  const live = new Set<EngineChild>([child])

  const watch = (born: EngineChild): void => {
    void born.exited.then((exit) => {
      live.delete(born)
      lastStatus = { ...born.engine.status(), active: 0, waiting: 0, memoryBytes: 0 }
      if (child === born) child = undefined
      if (closing.signal.aborted) return
      const because = deathOf(exit)
      log?.error({ engine: name, ...exit }, `The engine of ${name} died and is started anew.`)
      deaths = clock.monotonic() - bornAt >= policy.stableMs ? 1 : deaths + 1
      restart(because)
    })
  }
  const deathOf = (exit: EngineExit): SanjhaError =>
    new SanjhaError('engine_crashed', `The engine of ${name} died (${exit.signal ?? `code ${exit.code}`}).`, {
      details: { logFile: engineLog.path, lastLines: engineLog.tail() },
    })

  const restart = (because: SanjhaError): void => {
    if (deaths >= policy.attempts) {
      state = 'failed'
      refusal = { until: clock.monotonic() + policy.maxMs, because }
      restarting = undefined
      return
    }
    state = 'restarting'
    restarting = attempt(deaths <= 1 ? 0 : Math.min(policy.maxMs, policy.initialMs * 2 ** (deaths - 2)))
    // Requests that wait see the rejection; without any, nobody does.
    restarting.catch(() => undefined)
  }
  const attempt = async (pauseMs: number): Promise<EngineChild> => {
    try {
      if (pauseMs > 0) await clock.sleep(pauseMs, closing.signal)
      const born = await startEngineChild(options, closing.signal)
      restarts++
      bornAt = clock.monotonic()
      child = born
      live.add(born)
      state = 'ready'
      restarting = undefined
      refusal = undefined
      watch(born)
      return born
    } catch (error) {
      // Closed meanwhile: `restarting` is this very attempt.
      if (closing.signal.aborted) throw unavailable()
      const because = SanjhaError.from(error)
      deaths++
      log?.error({ engine: name, error: because.toJSON() }, `The engine of ${name} could not be started anew.`)
      restart(because)
      // Whoever waits goes on waiting for the next attempt, if there is one.
      if (restarting) return restarting
      throw unavailable()
    }
  }
  const unavailable = (): SanjhaError => {
    if (closing.signal.aborted) return new SanjhaError('cancelled', `The engine of ${name} was closed.`)
    const retryAfterMs = Math.max(0, Math.ceil((refusal?.until ?? 0) - clock.monotonic()))
    return new SanjhaError(
      'engine_unavailable',
      `The engine of ${name} died ${deaths} times in a row and rests now. The last time: ${refusal?.because.message}`,
      {
        cause: refusal?.because,
        hint: `It is tried again in ${Math.ceil(retryAfterMs / 1000)} seconds. Its log is ${engineLog.path}.`,
        details: { retryAfterMs, logFile: engineLog.path, lastLines: engineLog.tail() },
      },
    )
  }

  /** The process to work with now. */
  const current = async (signal?: AbortSignal): Promise<EngineChild> => {
    if (closing.signal.aborted) throw unavailable()
    if (child) return child
    if (!restarting && refusal && clock.monotonic() >= refusal.until) {
      deaths = policy.attempts - 1
      state = 'restarting'
      restarting = attempt(0)
      restarting.catch(() => undefined)
    }
    if (!restarting) throw unavailable()
    return signal ? abortable(restarting, signal) : restarting
  }

  /**
   * Whether to ask the next process: this one had died before it got the request, which is noticed only some moments
   * later. What a process got and perhaps died of is never repeated. Resolves when it is gone, throws `error` otherwise.
   */
  const mayRepeat = async (error: unknown, born: EngineChild, signal?: AbortSignal): Promise<void> => {
    if (!wasUndelivered(error)) throw error
    await (signal ? abortable(born.exited, signal) : born.exited)
  }

  async function* generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<Part, void, undefined> {
    while (true) {
      const born = await current(signal)
      try {
        yield* born.engine.generate(request, signal)
        return
      } catch (error) {
        await mayRepeat(error, born, signal)
      }
    }
  }
  const call = async <T>(work: (engine: Engine) => Promise<T>, signal?: AbortSignal): Promise<T> => {
    while (true) {
      const born = await current(signal)
      try {
        return await work(born.engine)
      } catch (error) {
        await mayRepeat(error, born, signal)
      }
    }
  }

  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    state = 'unloading'
    closing.abort()
    await Promise.all([...live].map((born) => born.stop()))
    // A restart that was under way ends its own process before it rejects.
    await restarting?.catch(() => undefined)
    engineLog.close()
  }
  watch(child)

  const engine: Engine = {
    capabilities,
    generate,
    embed: (texts, embedOptions, signal) => call((born) => born.embed(texts, embedOptions, signal), signal),
    score: (requests, signal) => call((born) => born.score(requests, signal), signal),
    rerank: (query, documents, signal) => call((born) => born.rerank(query, documents, signal), signal),
    tokenize: (text, tokenOptions) => call((born) => born.tokenize(text, tokenOptions)),
    detokenize: (tokens, tokenOptions) => call((born) => born.detokenize(tokens, tokenOptions)),
    renderChat: (input) => call((born) => born.renderChat(input)),
    status: (): EngineStatus => child?.engine.status() ?? lastStatus,
    close: () => {
      closed ??= close()
      return closed
    },
  }
  return {
    engine,
    get state() {
      return state
    },
    get pid() {
      return child?.pid ?? null
    },
    get restarts() {
      return restarts
    },
    logFile: engineLog.path,
  }
}
