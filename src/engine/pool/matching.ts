import { ordinaryContext } from '../fit.ts'
import type { LoadOptions } from './contract.ts'
import type { PoolEntry } from './PoolEntry.ts'
import type { EngineSource } from './sources.ts'

/** Other names of the same bytes are the same model. With an adapter it is another one, and both may be loaded. */
export function sameModel(a: EngineSource, b: EngineSource): boolean {
  if (a.kind === 'llama' && b.kind === 'llama') {
    return a.digest === b.digest && a.adapter?.path === b.adapter?.path && a.adapter?.scale === b.adapter?.scale
  }
  // One whose address or key has changed is reached anew.
  if (a.kind === 'remote' && b.kind === 'remote') {
    return a.model === b.model && a.baseUrl === b.baseUrl && a.apiKey === b.apiKey
  }
  return false
}

/** Whether an engine that was loaded so serves a request that asks for `load`. */
export function suits(entry: PoolEntry, load: LoadOptions): boolean {
  if (entry.source.kind === 'remote') return true
  const rest = ({ adapters, draftModelPath, pooling }: LoadOptions): string =>
    JSON.stringify([adapters ?? [], draftModelPath ?? null, pooling ?? null])
  if (rest(entry.load) !== rest(load)) return false
  // Who asks for nothing gets what was chosen for somebody who asked for nothing, but not somebody's deliberately short one.
  const asked = load.contextLength ?? (entry.load.contextLength === undefined ? 0 : ordinaryContext)
  return entry.contextLength >= Math.min(asked, entry.source.contextLength ?? asked)
}
