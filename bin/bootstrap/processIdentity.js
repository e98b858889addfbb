import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * The same as `src/core/processIdentity.ts`, which cannot be imported here: it may not be built yet, and this must run on
 * an old Node. A test compares both.
 * @typedef {{ pid: number, host: string, boot: string | null, namespace: string | null, started: string | null }} ProcessIdentity
 */

/** @returns {ProcessIdentity} */
export function thisProcess() {
  return {
    pid: process.pid,
    host: hostname(),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    started: startOf(process.pid),
  }
}

/**
 * @param {ProcessIdentity} other
 * @param {ProcessIdentity} [me]
 * @returns {'alive' | 'dead' | 'unknown'} `unknown`: of another machine or container, or another process may have its pid by now
 */
export function processState(other, me = thisProcess()) {
  if (other.host !== me.host) return 'unknown'
  if (other.boot !== me.boot) return 'dead'
  if (other.namespace !== me.namespace) return 'unknown'
  try {
    process.kill(other.pid, 0)
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH') return 'dead'
  }
  const started = startOf(other.pid)
  if (other.started === null || started === null) return 'unknown'
  return started === other.started ? 'alive' : 'dead'
}

/**
 * Field 22 of `/proc/PID/stat`; a zombie runs no more.
 * @param {number} pid
 */
function startOf(pid) {
  return attempt(() => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name may hold spaces and brackets, so count from the last closing bracket.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? null)
  })
}

/**
 * @param {() => string | null} read
 * @returns {string | null}
 */
function attempt(read) {
  try {
    return read()
  } catch {
    return null
  }
}
