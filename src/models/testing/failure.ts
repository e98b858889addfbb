import { SanjhaError } from '../../core/index.ts'

/** The `SanjhaError` that a promise rejects with. Throws when it resolves, or rejects with anything else. */
export async function failure(promise: Promise<unknown>): Promise<SanjhaError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!SanjhaError.is(error)) throw new Error(`expected a SanjhaError, got ${String(error)}`, { cause: error })
  return error
}
