import { SanjhaError } from '../core/index.ts'
import { cancelled } from './download/index.ts'
import { allSourcesFailed, mayHelpElsewhere, type SourceFailure } from './pullErrors.ts'
import type { PullPlan, PullSource } from './pullPlan.ts'
import { formatReference, type Reference } from './reference.ts'

export interface TrySourcesOptions {
  readonly signal?: AbortSignal | undefined
  /** Another source is asked, after one or more have failed. */
  readonly onNext?: (source: string) => void
  readonly onFailure?: (source: string, error: SanjhaError) => void
}

/**
 * Asks the sources of a plan in turn until one answers. One at a place that could not be reached is not asked again.
 * Errors: `cancelled`; what the only source failed with, or one error that says of each why; at once what no other can mend.
 */
export async function trySources<T>(
  plan: PullPlan,
  attempt: (source: PullSource) => Promise<T>,
  { signal, onNext, onFailure }: TrySourcesOptions = {},
): Promise<T> {
  const failures: SourceFailure[] = []
  const unreachable = new Set<string>()
  for (const source of plan.sources) {
    const place = placeOf(source.reference)
    if (unreachable.has(place)) continue
    const name = formatReference(source.reference)
    if (failures.length > 0) onNext?.(name)
    try {
      return await attempt(source)
    } catch (thrown) {
      if (signal?.aborted) throw cancelled()
      const error = SanjhaError.from(thrown)
      if (!mayHelpElsewhere(error)) throw error
      failures.push({ source: name, error })
      if (error.code === 'network_unreachable' || error.code === 'invalid_config') unreachable.add(place)
      onFailure?.(name, error)
    }
  }
  throw allSourcesFailed(plan, failures)
}

/** Sources at the same place fail together. */
function placeOf(reference: Reference): string {
  if (reference.scheme === 'https' || reference.scheme === 'http') return new URL(reference.url).host
  return reference.scheme === 'oci' ? reference.host : reference.scheme
}
