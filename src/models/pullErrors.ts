import { SanjhaError } from '../core/index.ts'
import type { PullPlan } from './pullPlan.ts'

export interface SourceFailure {
  readonly source: string
  readonly error: SanjhaError
}

/** Errors that lie with one source, so that another one may do better. */
export function mayHelpElsewhere(error: SanjhaError): boolean {
  return [
    'network_unreachable',
    'upstream_error',
    'timeout',
    'rate_limited',
    'unauthorized',
    'forbidden',
    'model_not_found',
    'not_found',
    'digest_mismatch',
    'invalid_config',
    'unsupported',
  ].includes(error.code)
}

/** One error for a model whose sources all failed, which says of each why. */
export function allSourcesFailed(plan: PullPlan, failures: readonly SourceFailure[]): SanjhaError {
  const [first, ...others] = failures
  if (first === undefined) {
    return new SanjhaError('model_not_found', `No source is known for ${plan.name}.`, {
      hint: 'Name one: `hf://…`, `https://…`, `file://…`.',
    })
  }
  if (others.length === 0) return first.error
  // The most telling one decides: wrong bytes before a refusal before a missing network.
  const weight = [
    'network_unreachable',
    'invalid_config',
    'model_not_found',
    'upstream_error',
    'rate_limited',
    'unauthorized',
    'forbidden',
    'digest_mismatch',
  ]
  const worst = failures.toSorted((a, b) => weight.indexOf(b.error.code) - weight.indexOf(a.error.code))[0]!.error
  return new SanjhaError(
    worst.code,
    `${plan.name} could not be fetched from any of its sources: ${failures.map((f) => `${f.source}: ${f.error.message}`).join(' ')}`,
    {
      cause: worst,
      retryable: failures.some((f) => f.error.retryable),
      ...(worst.hint !== undefined && { hint: worst.hint }),
      details: { failures: failures.map((f) => ({ source: f.source, code: f.error.code, message: f.error.message })) },
    },
  )
}
