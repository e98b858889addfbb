import { type Clock, type Logger, SanjhaError } from '../../core/index.ts'
import type { Usage } from '../../engine/index.ts'
import type { Stage } from '../contract.ts'
import type { Instruments, Outcome } from '../instruments.ts'

/**
 * Sees every call from its arrival to its end, also those that later stages refuse, and writes down how it went:
 * metrics and one line of the log. Never what was said.
 */
export function record(instruments: Instruments, clock: Clock, log: Logger): Stage {
  return async function* (call, next) {
    const arrived = clock.monotonic()
    let model: string | null = null
    let loadMs = 0
    let firstPartMs: number | null = null
    let usage: Usage | null = null
    // A consumer that stops reading ends this generator without an error: that is a cancellation too.
    let outcome: Outcome = 'cancelled'
    let failed = true
    try {
      const parts = next({
        ...call,
        onRouted: (routed) => {
          model = routed.model
          loadMs = routed.loadMs
          call.onRouted?.(routed)
        },
      })
      for await (const part of parts) {
        if (part.type === 'finish') {
          usage = part.usage
          outcome = part.reason
          failed = false
        } else if (part.type === 'result') {
          outcome = 'result'
          failed = false
        } else {
          firstPartMs ??= clock.monotonic() - arrived
        }
        yield part
      }
    } catch (error) {
      // Why the call was aborted says more than that it was.
      const { aborted, reason } = call.signal
      outcome = (aborted && SanjhaError.is(reason) ? reason : SanjhaError.from(error)).code
      failed = true
      throw error
    } finally {
      const totalMs = clock.monotonic() - arrived
      const { surface, keyId } = call.caller
      const operation = call.operation.type
      instruments.record({ surface, operation, model, outcome, failed, usage, totalMs, firstPartMs, loadMs })
      log.info(
        {
          request: call.id,
          surface,
          operation,
          model,
          caller: keyId,
          outcome,
          ms: Math.round(totalMs),
          ...(usage !== null && { promptTokens: usage.promptTokens, completionTokens: usage.completionTokens }),
        },
        'call',
      )
    }
  }
}
