import { memoryNeed } from '../fit.ts'
import type { AcquireOptions, EngineLease, EnginePool } from '../pool/contract.ts'
import {
  createEnginePool,
  type EnginePoolOptions,
  type EngineRequest,
  type LlamaSource,
  type ManagedEngine,
  type RemoteSource,
} from '../pool/index.ts'
import { FakeEngine } from './FakeEngine.ts'
import { ManualClock } from './ManualClock.ts'
import { never } from './requests.ts'

export const MiB: number = 1024 ** 2
export const minute = 60_000

/** Models `a` to `z`: 100 MiB of weights (`x` has 200), 4,096 tokens of 1 KiB. Also `A` for `a`, and `remote/…`. */
export function poolSource(name: string): LlamaSource {
  return {
    kind: 'llama',
    model: name,
    digest: `sha256:${name}`,
    modelPath: `${name}.gguf`,
    weightsBytes: (name === 'x' ? 200 : 100) * MiB,
    contextBytesPerToken: 1024,
    contextLength: 4096,
    parameters: 1,
    quantization: 'Q4_K_M',
    defaults: {},
  }
}

/** What one of them (but `x`) needs with its whole context. */
export const need: number = memoryNeed(poolSource('a'), 4096).totalBytes

/** A pool of fake engines under a clock that stands still, and what it started. */
export class PoolHarness {
  readonly clock: ManualClock = new ManualClock(Date.parse('2026-01-01T00:00:00Z'))
  /** Every engine that was started, in order, and whether it still runs. */
  readonly started: { model: string; request: EngineRequest<LlamaSource>; running: boolean }[] = []
  /** Set to hold loading back, or to make it fail. */
  gate: (signal: AbortSignal) => Promise<void> = async () => undefined

  pool(options: Partial<EnginePoolOptions> = {}): EnginePool {
    return createEnginePool({
      resolve: async (name) => {
        if (name.startsWith('remote/')) return remoteSource(name)
        return /^[a-zA-Z]$/.test(name) ? poolSource(name.toLowerCase()) : undefined
      },
      suggest: async () => ['a'],
      factories: {
        llama: (request, signal) => this.#load(request, signal),
        remote: async () => managed(() => undefined),
      },
      memoryLimitBytes: 10 * need,
      waitMs: minute,
      clock: this.clock,
      ...options,
    })
  }

  /** The models that run now, in the order in which they were started. */
  running(): string[] {
    return this.started.filter((each) => each.running).map((each) => each.model)
  }

  async #load(request: EngineRequest<LlamaSource>, signal: AbortSignal): Promise<ManagedEngine> {
    const record = { model: request.source.model, request, running: true }
    this.started.push(record)
    try {
      await this.gate(signal)
    } catch (error) {
      record.running = false
      throw error
    }
    return managed(() => {
      record.running = false
    })
  }
}

export function get(from: EnginePool, model: string, options: AcquireOptions = {}): Promise<EngineLease> {
  return from.acquire(model, options, never)
}

/** A gate for loading that is opened by hand. */
export function closedGate(): { open: () => void; wait: (signal: AbortSignal) => Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return {
    open: resolve,
    wait: (signal) =>
      new Promise((done, fail) => {
        void promise.then(done)
        signal.addEventListener('abort', () => fail(signal.reason))
      }),
  }
}

function remoteSource(name: string): RemoteSource {
  return {
    kind: 'remote',
    model: name,
    digest: null,
    remote: 'remote',
    baseUrl: 'http://example.invalid/v1',
    remoteModel: name.slice('remote/'.length),
  }
}

function managed(onClose: () => void): ManagedEngine {
  const engine = new FakeEngine()
  const close = engine.close.bind(engine)
  engine.close = async () => {
    onClose()
    await close()
  }
  return { engine, state: 'ready', pid: null, restarts: 0, logFile: null }
}
