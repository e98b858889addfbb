import type { LoadedModel } from './contract.ts'
import type { PoolEntry } from './PoolEntry.ts'
import type { ManagedEngine } from './sources.ts'

/** A line of `sanjha ps`. */
export function describeEntry(entry: PoolEntry): LoadedModel {
  const { source, managed } = entry
  const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())
  return {
    model: source.model,
    digest: source.digest,
    engine: source.kind === 'llama' ? 'llama' : source.remote,
    state: entry.state,
    pid: managed?.pid ?? null,
    // A remote engine may not tell how long its context is.
    contextLength:
      source.kind === 'remote'
        ? knownLength(managed)
        : (managed?.engine.capabilities.contextLength ?? entry.contextLength),
    parameters: source.kind === 'llama' ? source.parameters : null,
    quantization: source.kind === 'llama' ? source.quantization : null,
    status: managed?.engine.status() ?? null,
    expiresAt: iso(entry.expiresAt),
    loadedAt: iso(entry.loadedAt),
    restarts: managed?.restarts ?? 0,
    logFile: managed?.logFile ?? null,
  }
}

function knownLength(managed: ManagedEngine | undefined): number {
  const length = managed?.engine.capabilities.contextLength ?? 0
  return length === Number.MAX_SAFE_INTEGER ? 0 : length
}
