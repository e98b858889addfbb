import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { SetupFailure } from './failure.js'
import { processState, thisProcess } from './processIdentity.js'
import { say } from './say.js'

/** A holder touches its lock this often: its sign of life for those who cannot see its process. */
const touchEveryMs = 2000
const pollEveryMs = 200
/**
 * Whether a holder still runs is asked of the system where it is one of this machine. One of another machine, on a shared
 * folder, has lost its lock when it was silent for so many looks in a row: ten minutes at least. Looks are counted, not
 * the clock, which differs between machines and jumps when one has slept.
 */
const silentLooks = (10 * 60_000) / pollEveryMs
/** Breaking a lock takes no time at all; who has not finished within a minute of looks never will. */
const stuckLooks = 60_000 / pollEveryMs

/**
 * Does `work` while nobody else does it who sees this folder. Who comes second waits, and says so once.
 * @template T
 * @param {string} path of the lock file; its folder is created
 * @param {() => Promise<T>} work
 * @param {{ pause?: () => Promise<void> }} [options] `pause`: what is waited between two looks
 * @returns {Promise<T>}
 */
export async function withLock(
  path,
  work,
  { pause = () => new Promise((done) => setTimeout(done, pollEveryMs)) } = {},
) {
  mkdirSync(dirname(path), { recursive: true })
  const mine = JSON.stringify(thisProcess())
  const holder = new Watch(path)
  const guard = new Watch(`${path}.break`)
  let told = false
  while (!take(path, mine)) {
    const state = holderState(path, holder.look())
    if (state.gone) breakLock(path, holder, guard)
    else {
      if (!told) for (const line of state.waiting) say(line)
      told = true
    }
    await pause()
  }
  const timer = setInterval(() => touch(path, mine), touchEveryMs)
  timer.unref()
  const free = () => {
    // Not if somebody took it for dead and has it now.
    if (read(path) === mine) rmSync(path, { force: true })
  }
  process.once('exit', free)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    process.removeListener('exit', free)
    free()
  }
}

/** How often in a row a file has looked just the same. */
class Watch {
  /** @param {string} path */
  constructor(path) {
    this.path = path
    /** @type {string | undefined} */
    this.seen = undefined
    this.looks = 0
  }

  /** @returns {number} the looks since it last changed */
  look() {
    const now = lookOf(this.path)
    this.looks = now !== undefined && now === this.seen ? this.looks + 1 : 0
    this.seen = now
    return this.looks
  }
}

/**
 * @param {string} path
 * @returns {string | undefined} something that changes whenever the file is touched or another takes its place
 */
function lookOf(path) {
  try {
    const { ino, mtimeMs } = statSync(path)
    return `${ino} ${mtimeMs}`
  } catch (error) {
    return missing(error, path)
  }
}

/**
 * @param {string} path
 * @param {string} mine
 * @returns {boolean} whether the lock is ours now
 */
function take(path, mine) {
  try {
    writeFileSync(path, mine, { flag: 'wx' })
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    return false
  }
}

/**
 * @param {string} path
 * @param {number} looks for how many it was silent
 * @returns {{ gone: boolean, waiting: string[] }} `waiting`: what a person should know who has to wait for it
 */
function holderState(path, looks) {
  const holder = parse(read(path))
  const silent = looks >= silentLooks
  // Just freed, or being written, or in the form of another version.
  if (holder === undefined) return { gone: silent, waiting: [waitingFor('')] }
  const state = processState(holder)
  if (state !== 'unknown') return { gone: state === 'dead', waiting: [waitingFor(` by process ${holder.pid}`)] }
  const minutes = (silentLooks * pollEveryMs) / 60_000
  return {
    gone: silent,
    waiting: [
      waitingFor(` by process ${holder.pid} of ${holder.host}`),
      `Whether that one still runs cannot be seen from here: after ${minutes} minutes without a sign of life it is taken for dead. If you know that it is, remove ${path}.`,
    ],
  }
}

/** @param {string} whom */
const waitingFor = (whom) => `Another Sanjha is being set up in this folder${whom}: waiting for it …`

/**
 * Removes the lock of a dead holder. Guarded by a second lock, so that of two who found it dead, the slower one cannot
 * remove what the quicker one has just taken.
 * @param {string} path
 * @param {Watch} holder
 * @param {Watch} guard
 */
function breakLock(path, holder, guard) {
  try {
    mkdirSync(guard.path)
  } catch {
    if (guard.look() >= stuckLooks) rmSync(guard.path, { recursive: true, force: true })
    return
  }
  try {
    // Seen anew: since the last look another may have broken it, and have it.
    if (!holderState(path, holder.look()).gone) return
    if (holder.looks >= silentLooks) say('Whoever set this folder up has shown no sign of life: going on without it.')
    rmSync(path, { force: true })
  } finally {
    rmSync(guard.path, { recursive: true, force: true })
  }
}

/**
 * @param {string | undefined} text
 * @returns {import('./processIdentity.js').ProcessIdentity | undefined}
 */
function parse(text) {
  try {
    const value = JSON.parse(text ?? '')
    return typeof value?.pid === 'number' && typeof value.host === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * @param {string} path
 * @returns {string | undefined}
 */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return missing(error, path)
  }
}

/**
 * @param {unknown} error
 * @param {string} path
 * @returns {undefined}
 */
function missing(error, path) {
  if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined
  throw new SetupFailure(`The lock ${path} cannot be read: ${/** @type {Error} */ (error).message}.`)
}

/**
 * @param {string} path
 * @param {string} mine
 */
function touch(path, mine) {
  try {
    const now = new Date()
    if (read(path) === mine) utimesSync(path, now, now)
  } catch {
    // Gone with the folder: nothing to keep fresh.
  }
}
