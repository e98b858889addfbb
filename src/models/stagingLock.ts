import { acquireFileLock, type Clock, SanjhaError } from '../core/index.ts'
import type { PullReporter } from './pullProgress.ts'

/** The lock of a staging folder lies beside it. */
export const lockSuffix = '.lock'

/** Another process may need hours for its download. */
const timeoutMs = 24 * 3600 * 1000

/**
 * Takes a staging folder for this process alone: two that append to one partial file would spoil it. Who comes second
 * waits and says so; `waited` tells that the first may have brought what is needed, and removed the folder.
 */
export async function lockStaging(
  directory: string,
  reporter: PullReporter,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<{ release: () => Promise<void>; waited: boolean }> {
  const path = `${directory}${lockSuffix}`
  const options = { clock, ...(signal && { signal }) }
  try {
    return { release: await acquireFileLock(path, { ...options, timeoutMs: 0 }), waited: false }
  } catch (error) {
    if (!SanjhaError.is(error) || error.code !== 'locked') throw error
  }
  reporter.say('Another process is fetching this model; waiting for it.')
  return { release: await acquireFileLock(path, { ...options, timeoutMs }), waited: true }
}
