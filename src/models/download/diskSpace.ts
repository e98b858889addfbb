import { statfs } from 'node:fs/promises'
import { formatBytes, isNodeError, SanjhaError } from '../../core/index.ts'

/** Bytes that a user may still write into `directory`. */
export async function freeSpace(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

/** Errors: `disk_full`, with the numbers, when `needed` bytes are not there. */
export async function requireSpace(
  directory: string,
  needed: number,
  what: string,
  free: (directory: string) => Promise<number> = freeSpace,
): Promise<void> {
  const available = await free(directory)
  if (needed <= available) return
  throw new SanjhaError(
    'disk_full',
    `${what} needs ${formatBytes(needed)} more on the disk, and ${formatBytes(available)} are free.`,
    {
      hint: 'Free some space (`sanjha rm MODEL` removes a model) and try again.',
      details: { needed, available, directory },
    },
  )
}

/** A write that failed for want of space, as `disk_full` with numbers; anything else unchanged. */
export function spaceError(error: unknown, what: string, written: number, total: number | null): unknown {
  if (!isNodeError(error) || (error.code !== 'ENOSPC' && error.code !== 'EDQUOT')) return error
  const of = total === null ? '' : ` of ${formatBytes(total)}`
  return new SanjhaError('disk_full', `The disk is full: ${formatBytes(written)}${of} of ${what} were written.`, {
    cause: error,
    hint: 'Free some space (`sanjha rm MODEL` removes a model) and run the same command again: it goes on from there.',
    details: { written, total },
  })
}
