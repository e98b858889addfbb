/**
 * Runs in a thread of the engine's process and ends that process once its parent is gone, even when its main thread hangs
 * in native code. Asking who the parent is works on every platform that has `fork`; on Windows the id stays, so the
 * process behind it is looked for.
 */
import { workerData } from 'node:worker_threads'

const parent = workerData as number

function parentIsGone(): boolean {
  if (process.ppid !== parent) return true
  try {
    process.kill(parent, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

setInterval(() => {
  if (parentIsGone()) process.kill(process.pid, 'SIGKILL')
}, 1000)
