import { SanjhaError } from '../../core/index.ts'

/** Whether an endpoint says that it has no such path. */
export function isNotThere(error: unknown): boolean {
  if (!SanjhaError.is(error)) return false
  const status = error.details?.upstreamStatus
  return status === 404 || status === 405 || status === 501
}

/** The first of several ways that the endpoint has; `unsupported` when it has none of them. */
export async function withFallback<T>(remote: string, what: string, ways: readonly (() => Promise<T>)[]): Promise<T> {
  for (const way of ways) {
    try {
      return await way()
    } catch (error) {
      if (!isNotThere(error)) throw error
    }
  }
  throw new SanjhaError('unsupported', `The remote ${remote} has no way to ${what}.`)
}
