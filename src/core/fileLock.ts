import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { type Clock, systemClock } from './clock.ts'
import { isNodeError, SanjhaError } from './errors.ts'

export interface FileLockOptions {
  /** How long to wait for another holder, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly signal?: AbortSignal
}

interface Holder {
  readonly pid: number
  readonly host: string
  readonly token: string
  /** When the process started, so that a reused pid is told apart. Null where the system does not say. */
  readonly started: string | null
}

/**
 * Runs `work` while holding an exclusive lock that other processes respect too.
 *
 * The lock is a file created with `wx`. A lock left by a process that is gone (killed, power cut) is taken over: its
 * holder's pid and start time are in it. Errors: `locked` after `timeoutMs`.
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
  await mkdir(dirname(path), { recursive: true })
  const me: Holder = {
    pid: process.pid,
    host: hostname(),
    token: randomBytes(8).toString('hex'),
    started: await startOf(process.pid),
  }
  const deadline = clock.monotonic() + timeoutMs
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted()
    if (await create(path, me)) return () => releaseIfMine(path, me)
    if (await breakIfStale(path)) continue
    if (clock.monotonic() >= deadline) {
      const holder = await readHolder(path)
      throw new SanjhaError(
        'locked',
        `Another Sanjha process${holder ? ` (pid ${holder.pid})` : ''} is busy with this.`,
        {
          hint: 'Wait for it to end and try again.',
          details: { lock: path },
        },
      )
    }
    await clock.sleep(Math.min(5 + attempt * 5, 100), signal)
  }
}

async function create(path: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(JSON.stringify(holder))
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if (isNodeError(error) && error.code === 'EEXIST') return false
    throw error
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch {
    return undefined // gone, or just being written
  }
}

async function releaseIfMine(path: string, me: Holder): Promise<void> {
  const holder = await readHolder(path)
  if (holder?.token === me.token) await rm(path, { force: true })
}

/** Removes a lock whose holder is gone. True if the caller should try again at once. */
async function breakIfStale(path: string): Promise<boolean> {
  const holder = await readHolder(path)
  if (holder === undefined) {
    // An empty lock is being written right now, or its writer died between creating and writing it.
    const age = await stat(path).then(
      (s) => Date.now() - s.mtimeMs,
      () => undefined,
    )
    if (age === undefined) return true
    if (age < 5_000) return false
  } else if (holder.host !== hostname() || (await isAlive(holder))) {
    return false
  }
  // Rename first: of several processes that see the same stale lock, one wins, and none removes a fresh lock.
  const grave = `${path}.${randomBytes(4).toString('hex')}.stale`
  try {
    await rename(path, grave)
    const taken = await readHolder(grave)
    if (holder !== undefined && taken?.token !== holder.token) {
      // Somebody else broke the stale lock and took a fresh one in between: give it back.
      await rename(grave, path)
      return false
    }
    await rm(grave, { force: true })
  } catch (error) {
    if (!isNodeError(error) || error.code !== 'ENOENT') throw error
  }
  return true
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (isNodeError(error) && error.code === 'ESRCH') return false
  }
  return holder.started === null || (await startOf(holder.pid)) === holder.started
}

/** A process's start time in clock ticks since boot, from `/proc` (field 22 of `stat`); null elsewhere. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The command's name may hold spaces and brackets, so count from the last closing bracket.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
