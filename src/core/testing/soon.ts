import { vi } from 'vitest'

/** Waits until `work` no longer throws, and gives what it gives. Half a minute, for a busy machine takes its time. */
export function soon<T>(work: () => T | Promise<T>, timeout = 30_000): Promise<T> {
  return vi.waitFor(work, { timeout, interval: 20 })
}
