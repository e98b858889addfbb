import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isNodeError } from './errors.ts'

/** Tells one process from every other, also from a later one with the same pid. JSON. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** The kernel's boot, and the pid namespace within it (each container has its own). Null where the system does not say. */
  readonly boot: string | null
  readonly namespace: string | null
  /** Start time in clock ticks since boot. Null where the system does not say. */
  readonly started: string | null
}

export function thisProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    host: hostname(),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    started: startOf(process.pid),
  }
}

/** Whether a process still runs; `unknown` when it is of another machine or container. */
export function processState(
  process_: ProcessIdentity,
  me: ProcessIdentity = thisProcess(),
): 'alive' | 'dead' | 'unknown' {
  if (process_.host !== me.host) return 'unknown'
  // Another boot of this host: everything from before is gone.
  if (process_.boot !== me.boot) return 'dead'
  if (process_.namespace !== me.namespace) return 'unknown'
  try {
    process.kill(process_.pid, 0)
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    if (isNodeError(error) && error.code === 'ESRCH') return 'dead'
  }
  const started = startOf(process_.pid)
  if (process_.started === null || started === null) return 'alive'
  return started === process_.started ? 'alive' : 'dead'
}

/** Field 22 of `/proc/PID/stat`; null where there is none, and for a zombie, which runs no more. */
function startOf(pid: number): string | null {
  return attempt(() => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name may hold spaces and brackets, so count from the last closing bracket.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? null)
  })
}

function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
