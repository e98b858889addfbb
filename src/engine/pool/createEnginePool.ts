import { type Clock, type Logger, SanjhaError, silentLogger, systemClock } from '../../core/index.ts'
import { abortable } from '../abortable.ts'
import { readMemory, readProcessMemory } from '../hardware/index.ts'
import type { AcquireOptions, EngineLease, EnginePool, LoadOptions } from './contract.ts'
import { describeEntry } from './describeEntry.ts'
import { sameModel, suits } from './matching.ts'
import { insufficientMemory, type MemoryProbe, memoryBudget, planLoad } from './memoryBudget.ts'
import { PoolEntry } from './PoolEntry.ts'
import type { EngineFactories, EngineSource, LlamaSource, ManagedEngine } from './sources.ts'

export interface EnginePoolOptions {
  /** What is behind a name; undefined when there is nothing. */
  readonly resolve: (name: string) => Promise<EngineSource | undefined>
  /** Did you mean. */
  readonly suggest: (name: string) => Promise<readonly string[]>
  readonly factories: EngineFactories
  /** Default 5 minutes. */
  readonly keepAliveMs?: number
  /** For all embedded engines together; null or absent: from what the machine has free. */
  readonly memoryLimitBytes?: number | null
  /** Embedded engines at once; null or absent: as many as fit. */
  readonly maxLoaded?: number | null
  /** Tokens per request where a request does not say; null or absent: chosen from the model and the memory. */
  readonly contextLength?: number | null
  /** How the embedded engines store keys and values; for the estimate. Default `f16`. */
  readonly kvType?: 'f16' | 'q8_0' | 'q4_0'
  /** How long a request waits for memory that others use, in milliseconds. Default 60,000. */
  readonly waitMs?: number
  /** How long `close` waits for requests, in milliseconds. Default 30,000. */
  readonly drainMs?: number
  /** Told how much of a model is loaded, 0 to 1. */
  readonly onProgress?: (model: string, fraction: number) => void
  readonly memory?: MemoryProbe
  readonly clock?: Clock
  readonly log?: Logger
}

const systemMemory: MemoryProbe = {
  availableBytes: () => readMemory().availableBytes,
  anonymousBytes: (pid) => readProcessMemory(pid)?.anonymousBytes ?? null,
}

/**
 * The engines in memory. Which one a request gets:
 * - One that is loaded with the same settings. A loaded context that is at least as long as the one asked for will do.
 * - Else a new one. An idle engine of the same model with other settings is unloaded for it; a busy one stays, and the
 *   new one is loaded beside it if memory allows.
 * - Memory is set aside before loading. If it is short, idle engines go, least recently used first, but only if that
 *   helps; then the request waits for those in use. What could never fit is refused at once.
 * Requests that ask for the same model at once share one loading, and a loading goes on although its first caller left.
 */
export function createEnginePool(options: EnginePoolOptions): EnginePool {
  const { keepAliveMs = 300_000, kvType = 'f16', waitMs = 60_000, drainMs = 30_000 } = options
  const { contextLength = null, memory = systemMemory, clock = systemClock, log = silentLogger } = options
  const configuredBytes = options.memoryLimitBytes ?? null
  const maxLoaded = options.maxLoaded ?? Number.POSITIVE_INFINITY
  const entries = new Set<PoolEntry>()
  let changed = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined

  const notify = (): void => {
    changed.resolve()
    changed = Promise.withResolvers<void>()
  }

  /** Bytes our engines hold that the system cannot drop, so that they are missing in what is available. */
  const heldBytes = (): number => {
    let sum = 0
    for (const { managed, needBytes, source } of entries) {
      if (source.kind !== 'llama' || !managed?.pid) continue
      sum += memory.anonymousBytes(managed.pid) ?? Math.max(0, needBytes - source.weightsBytes)
    }
    return sum
  }

  const find = (source: EngineSource, load: LoadOptions): PoolEntry | undefined => {
    for (const entry of entries) if (entry.open && sameModel(entry.source, source) && suits(entry, load)) return entry
    return undefined
  }

  /** Loads if there is room. Undefined: something must end first, and `changed` will tell. */
  const admit = (source: EngineSource, load: LoadOptions, waited: boolean): PoolEntry | undefined => {
    if (source.kind === 'remote') return begin(source, load, 0, 0)
    const embedded = [...entries].filter((entry) => entry.source.kind === 'llama')
    const idle = embedded.filter((entry) => entry.idle).toSorted((a, b) => a.lastUsed - b.lastUsed)
    const twin = idle.find((entry) => sameModel(entry.source, source))
    if (twin) {
      unload(twin, 'it is loaded with other settings')
      return undefined
    }
    const budgetBytes = memoryBudget(configuredBytes, memory.availableBytes(), heldBytes())
    const inUseBytes = embedded.reduce((sum, entry) => sum + entry.needBytes, 0)
    const freeBytes = budgetBytes - inUseBytes
    const plan = planLoad(source, load, budgetBytes, kvType)
    const refuse = (): never => {
      const configured = configuredBytes !== null
      // Waiting helps when it would fit alone.
      const retryable = plan.least.totalBytes <= budgetBytes
      const facts = { model: source.model, need: plan.least, budgetBytes, inUseBytes }
      throw insufficientMemory({ ...facts, configured, retryable })
    }
    // A process that loads holds memory already that is not counted as ours yet, so less seems to be there than is.
    const isUnsettled = !waited && embedded.some((entry) => entry.state === 'loading')
    // Alone it would not fit either.
    if (plan.least.totalBytes > budgetBytes) return isUnsettled ? undefined : refuse()
    const roomy = embedded.length < maxLoaded
    if (roomy && plan.wanted.totalBytes <= freeBytes) return grant(source, load, plan, freeBytes)
    const reclaimable = idle.reduce((sum, entry) => sum + entry.needBytes, 0)
    const helps = plan.least.totalBytes <= freeBytes + reclaimable && embedded.length - idle.length < maxLoaded
    const [oldest] = idle
    if (oldest && helps) {
      unload(oldest, `${source.model} needs its memory`)
      return undefined
    }
    // What leaves now may make room for more context than there is at this moment.
    if (isUnsettled || embedded.some((entry) => entry.leaving)) return undefined
    if (roomy && plan.least.totalBytes <= freeBytes) return grant(source, load, plan, freeBytes)
    if (waited) refuse()
    return undefined
  }

  const grant = (
    source: LlamaSource,
    load: LoadOptions,
    plan: ReturnType<typeof planLoad>,
    free: number,
  ): PoolEntry => {
    const contextLength = plan.context(free)
    if (load.contextLength !== undefined && contextLength < load.contextLength) {
      const facts = { model: source.model, asked: load.contextLength, contextLength }
      log.warn(facts, `${source.model} was made for ${contextLength} tokens; it gets no more.`)
    }
    return begin(source, load, contextLength, plan.need(contextLength).totalBytes)
  }

  const begin = (source: EngineSource, load: LoadOptions, contextLength: number, needBytes: number): PoolEntry => {
    const onProgress = (fraction: number): void => options.onProgress?.(source.model, fraction)
    const start = (signal: AbortSignal): Promise<ManagedEngine> =>
      source.kind === 'llama'
        ? options.factories.llama({ source, load, contextLength, onProgress }, signal)
        : options.factories.remote({ source, load, contextLength, onProgress }, signal)
    const facts = { source, load, contextLength, needBytes, keepAliveMs }
    const entry: PoolEntry = new PoolEntry({ ...facts, start, clock, onChange: notify })
    entries.add(entry)
    log.info({ model: source.model, contextLength, needBytes }, `Loading ${source.model}.`)
    void entry.gone.then(() => {
      entries.delete(entry)
      log.info({ model: source.model }, `${source.model} is unloaded.`)
      notify()
    })
    return entry
  }

  const unload = (entry: PoolEntry, why: string): void => {
    log.info({ model: entry.source.model, why }, `Unloading ${entry.source.model}: ${why}.`)
    void entry.drain()
  }

  /** Finds or starts an engine and holds it. */
  const claim = async (source: EngineSource, acquire: AcquireOptions, signal: AbortSignal): Promise<PoolEntry> => {
    const load: LoadOptions = { ...(contextLength !== null && { contextLength }), ...acquire.load }
    const deadline = clock.monotonic() + waitMs
    while (true) {
      if (closing) throw shuttingDown()
      if (signal.aborted) throw cancelled()
      const entry = find(source, load) ?? admit(source, load, clock.monotonic() >= deadline)
      if (entry) {
        entry.hold(acquire.keepAliveMs)
        return entry
      }
      // An engine that leaves is gone within its grace time; that is not the waiting which has a limit.
      const leaving = [...entries].some((each) => each.leaving)
      await waitFor(changed.promise, leaving ? waitMs : deadline - clock.monotonic(), signal, clock)
    }
  }

  const acquire = async (model: string, acquireOptions: AcquireOptions, signal: AbortSignal): Promise<EngineLease> => {
    const started = clock.monotonic()
    if (closing) throw shuttingDown()
    const source = await options.resolve(model)
    if (!source) throw await modelNotFound(model, options.suggest)
    const entry = await claim(source, acquireOptions, signal)
    const waits = entry.managed === undefined
    try {
      const managed = entry.managed ?? (await abortable(entry.ready, signal))
      let held = true
      return {
        engine: managed.engine,
        model: entry.source.model,
        digest: entry.source.digest,
        loadMs: waits ? clock.monotonic() - started : 0,
        release: () => {
          if (held) entry.release()
          held = false
        },
      }
    } catch (error) {
      entry.release()
      throw closing ? shuttingDown() : error
    }
  }

  const close = async (): Promise<void> => {
    notify()
    const all = [...entries]
    const drained = Promise.all(all.map((entry) => entry.drain())).then(() => undefined)
    const patience = new AbortController()
    const late = clock.sleep(drainMs, patience.signal).then(
      () => Promise.all(all.map((entry) => entry.terminate())).then(() => undefined),
      () => undefined,
    )
    await Promise.race([drained, late])
    patience.abort()
    await drained
  }

  return {
    acquire,
    list: () => [...entries].map((entry) => describeEntry(entry)),
    budget: () => ({
      totalBytes: memoryBudget(configuredBytes, memory.availableBytes(), heldBytes()),
      usedBytes: [...entries].reduce((sum, entry) => sum + entry.needBytes, 0),
    }),
    unload: async (model) => {
      // What is loaded can be unloaded, also when it could not be loaded again (an adapter whose file is gone, say).
      const isLoaded = [...entries].some((entry) => entry.source.model === model)
      const source = await options.resolve(model).catch((error: unknown) => {
        if (!isLoaded) throw error
        return undefined
      })
      const name = source?.model ?? model
      const loaded = [...entries].filter(
        (entry) => entry.source.model === name || (source !== undefined && sameModel(entry.source, source)),
      )
      await Promise.all(loaded.map((entry) => entry.drain()))
      return loaded.length > 0
    },
    close: () => {
      closing ??= Promise.resolve().then(close)
      return closing
    },
  }
}

async function modelNotFound(model: string, suggest: EnginePoolOptions['suggest']): Promise<SanjhaError> {
  const near = await suggest(model)
  return new SanjhaError('model_not_found', `There is no model "${model}" here.`, {
    param: 'model',
    hint:
      near.length > 0
        ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}? \`sanjha list\` shows what is stored.`
        : '`sanjha list` shows what is stored, `sanjha pull MODEL` fetches one.',
    details: { suggestions: near },
  })
}

const cancelled = (): SanjhaError => new SanjhaError('cancelled', 'The request was cancelled.')
const shuttingDown = (): SanjhaError =>
  new SanjhaError('shutting_down', 'The server is stopping and takes no new requests.')

/** Waits for `promise`, for so long at most, or until aborted. */
async function waitFor(promise: Promise<unknown>, ms: number, signal: AbortSignal, clock: Clock): Promise<void> {
  const timer = new AbortController()
  const late = clock.sleep(Math.max(0, ms), AbortSignal.any([timer.signal, signal])).catch(() => undefined)
  await Promise.race([promise, late])
  timer.abort()
}
