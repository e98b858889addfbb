import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Clock, systemClock } from './clock.ts'
import { SanjhaError } from './errors.ts'

export interface FileLockOptions {
  /** How long to wait for another holder, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly signal?: AbortSignal
}

/**
 * Runs `work` while holding an exclusive lock that other processes, and others in this process, respect too.
 *
 * The lock is an exclusive transaction on an empty SQLite file. So it is the operating system that keeps it, and that
 * gives it back at once when the holder dies, however it dies; a file whose mere existence means "locked" cannot be
 * taken over without a moment in which two hold it. The empty file stays, because removing it would be such a moment;
 * nobody may open it in another way. Errors: `locked` after `timeoutMs`.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, options: FileLockOptions = {}): Promise<T> {
  const release = await acquireFileLock(path, options)
  try {
    return await work()
  } finally {
    await release()
  }
}

/** Takes the lock and returns the function that gives it back. */
export async function acquireFileLock(path: string, options: FileLockOptions = {}): Promise<() => Promise<void>> {
  const { timeoutMs = 30_000, clock = systemClock, signal } = options
  signal?.throwIfAborted()
  await mkdir(dirname(path), { recursive: true })
  const deadline = clock.monotonic() + timeoutMs
  const connection = open(path)
  try {
    for (let attempt = 0; !tryLock(connection, path); attempt++) {
      if (clock.monotonic() >= deadline) {
        throw new SanjhaError('locked', 'Another Sanjha process is busy with this.', {
          hint: 'Wait for it to end and try again; `sanjha ps` shows what runs.',
          details: { lock: path },
        })
      }
      await clock.sleep(Math.min(5 + attempt * 5, 100), signal)
    }
  } catch (error) {
    connection.close()
    throw error
  }
  return async () => {
    if (connection.isOpen) connection.close()
  }
}

const busy = 5 // SQLITE_BUSY

function tryLock(connection: DatabaseSync, path: string): boolean {
  try {
    // Nothing is ever written, so the journal need not be a file.
    connection.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    const code = (error as { errcode?: number }).errcode ?? 0
    // The low byte is the kind of error, the rest says more about it.
    if ((code & 0xff) === busy) return false
    throw impossible(path, error)
  }
}

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 0 })
  } catch (error) {
    throw impossible(path, error)
  }
}

const impossible = (path: string, error: unknown): SanjhaError =>
  new SanjhaError('internal', `The lock ${path} cannot be taken: ${(error as Error).message}.`, {
    cause: error,
    hint: 'The folder must be on a disk that supports file locks, and be writable.',
  })
