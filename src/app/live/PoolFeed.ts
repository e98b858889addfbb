import type { EnginePool, LoadedModel } from '../../engine/index.ts'
import type { Live } from './contract.ts'

/** What never stands still (rates, memory) is told of at most this often, in milliseconds. */
const restlessMs = 2_000
const memoryStep = 16 * 1024 * 1024

/** Tells of models that are loaded, unloaded or busy. */
export class PoolFeed {
  readonly #live: Pick<Live, 'publish'>
  readonly #pool: Pick<EnginePool, 'list'>
  readonly #now: () => number
  #told = { state: '', restless: '', at: 0 }

  /** @param now milliseconds that only grow */
  constructor(live: Pick<Live, 'publish'>, pool: Pick<EnginePool, 'list'>, now: () => number) {
    this.#live = live
    this.#pool = pool
    this.#now = now
  }

  begin(): void {
    this.#told = { ...keysOf(this.#pool.list()), at: this.#now() }
  }

  compare(): void {
    const models = this.#pool.list()
    const keys = keysOf(models)
    const isDue = this.#now() - this.#told.at >= restlessMs
    if (keys.state === this.#told.state && (keys.restless === this.#told.restless || !isDue)) return
    this.#told = { ...keys, at: this.#now() }
    this.#live.publish({ name: 'loaded', data: { models } })
  }
}

/** What a page shows of them, apart from what would change at each look. */
function keysOf(models: readonly LoadedModel[]): { state: string; restless: string } {
  const restless: unknown[] = []
  const state = models.map(({ status, ...rest }) => {
    if (status === null) return rest
    const { memoryBytes, generationTokensPerSecond, promptTokensPerSecond, draftAcceptance, totals, ...calm } = status
    restless.push([
      Math.round(memoryBytes / memoryStep),
      Math.round(generationTokensPerSecond),
      Math.round(promptTokensPerSecond),
      Math.round(draftAcceptance * 100),
      totals.requests,
    ])
    return { ...rest, calm }
  })
  return { state: JSON.stringify(state), restless: JSON.stringify(restless) }
}
