import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { SetupFailure } from './failure.js'
import { say } from './say.js'

/** A holder touches its lock this often, so that a dead holder is known by the lock's age as well. */
const touchEveryMs = 2000
const deadAfterMs = 30_000

/**
 * Does `work` while no other process of this machine does it. Who comes second waits, and says so once.
 * @template T
 * @param {string} path of the lock file; its folder is created
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true })
  let told = false
  while (!take(path)) {
    if (!told) say('Another Sanjha is being set up in this folder: waiting for it …')
    told = true
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const timer = setInterval(() => touch(path), touchEveryMs)
  timer.unref()
  const free = () => rmSync(path, { force: true })
  process.once('exit', free)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    process.removeListener('exit', free)
    free()
  }
}

/**
 * @param {string} path
 * @returns {boolean} whether the lock is ours now
 */
function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
  }
  if (holderIsGone(path)) breakLock(path)
  return false
}

/**
 * Removes the lock of a dead holder. Guarded by a second lock, so that of two who found it dead, the slower one cannot
 * remove what the quicker one has just taken.
 * @param {string} path
 */
function breakLock(path) {
  const guard = `${path}.break`
  try {
    mkdirSync(guard)
  } catch {
    if (existsSync(guard) && Date.now() - statSync(guard).mtimeMs > deadAfterMs)
      rmSync(guard, { recursive: true, force: true })
    return
  }
  try {
    if (holderIsGone(path)) rmSync(path, { force: true })
  } finally {
    rmSync(guard, { recursive: true, force: true })
  }
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function holderIsGone(path) {
  try {
    const age = Date.now() - statSync(path).mtimeMs
    if (age > deadAfterMs) return true
    // A lock that is being written is empty for a moment.
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isInteger(pid) && pid > 0 && !isAlive(pid)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return false
    throw new SetupFailure(`The lock ${path} cannot be read: ${/** @type {Error} */ (error).message}.`)
  }
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/** @param {string} path */
function touch(path) {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // Gone with the folder, or freed meanwhile: nothing to keep fresh.
  }
}
