import type { Admission } from '../Admission.ts'
import type { Stage } from '../contract.ts'

/** Holds a place while the call is worked on, so that overload is answered at once instead of piling up. */
export function admit(admission: Admission): Stage {
  return async function* (call, next) {
    const leave = await admission.enter(call.signal)
    try {
      yield* next(call)
    } finally {
      leave()
    }
  }
}
