import { SanjhaError } from '../../core/index.ts'
import type { AcquireOptions, Engine, EngineLease, EnginePool, LoadedModel } from '../../engine/index.ts'

/** A pool over engines that are there already. It remembers how it was asked, and which leases are still held. */
export class TestPool implements EnginePool {
  readonly acquired: { readonly model: string; readonly options: AcquireOptions }[] = []
  held = 0
  readonly #engines: ReadonlyMap<string, Engine>
  readonly #loaded = new Map<string, AcquireOptions>()

  constructor(engines: Readonly<Record<string, Engine>>) {
    this.#engines = new Map(Object.entries(engines))
  }

  async acquire(model: string, options: AcquireOptions, signal: AbortSignal): Promise<EngineLease> {
    signal.throwIfAborted()
    const engine = this.#engines.get(model)
    if (engine === undefined) {
      throw new SanjhaError('model_not_found', `There is no model ${JSON.stringify(model)}.`, { param: 'model' })
    }
    this.acquired.push({ model, options })
    const loadMs = this.#loaded.has(model) ? 0 : 12
    this.#loaded.set(model, options)
    this.held++
    let released = false
    return {
      engine,
      model,
      digest: `sha256:${'a'.repeat(64)}`,
      loadMs,
      release: () => {
        if (!released) this.held--
        released = true
      },
    }
  }

  list(): LoadedModel[] {
    return [...this.#loaded].map(([model, { keepAliveMs }]) => ({
      model,
      digest: `sha256:${'a'.repeat(64)}`,
      engine: 'llama',
      state: 'ready',
      pid: 4242,
      contextLength: this.#engines.get(model)!.capabilities.contextLength,
      parameters: 134_515_008,
      quantization: 'Q4_1',
      status: this.#engines.get(model)!.status(),
      expiresAt: keepAliveMs === Number.POSITIVE_INFINITY ? null : '2026-11-24T09:00:00.000Z',
      loadedAt: '2026-11-24T08:00:00.000Z',
      restarts: 0,
      logFile: null,
    }))
  }

  budget(): { totalBytes: number; usedBytes: number } {
    return { totalBytes: 4 * 1024 ** 3, usedBytes: this.#loaded.size * 512 * 1024 ** 2 }
  }

  async unload(model: string): Promise<boolean> {
    return this.#loaded.delete(model)
  }

  async close(): Promise<void> {
    this.#loaded.clear()
  }
}
