import type { Stage } from '../contract.ts'
import type { RateLimiter } from '../RateLimiter.ts'

/** Counts a call against its key's requests per minute. Where no keys are asked for, all callers share one count. */
export function limit(limiter: RateLimiter): Stage {
  return async function* (call, next) {
    const { keyId, surface } = call.caller
    // The commands of the user whose server it is.
    if (surface !== 'cli' && keyId !== 'control') limiter.take(keyId ?? '')
    yield* next(call)
  }
}
