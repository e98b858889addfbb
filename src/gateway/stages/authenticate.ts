import { SanjhaError } from '../../core/index.ts'
import type { Stage } from '../contract.ts'

/**
 * Refuses a call without a known key where keys are asked for. The wire layer has compared the key; this is the one
 * place that no way into the pipeline can pass by. A call of our own process (`cli`) needs none.
 */
export function authenticate(keyRequired: boolean): Stage {
  return async function* (call, next) {
    if (keyRequired && call.caller.keyId === null && call.caller.surface !== 'cli') {
      throw new SanjhaError('unauthorized', 'This server asks for an API key, and the request brought none.', {
        hint: 'Send it as `Authorization: Bearer KEY`.',
      })
    }
    yield* next(call)
  }
}
