import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/** `PR_SET_PDEATHSIG` and `SIGKILL` of Linux (prctl(2), signal(7)). */
const parentDeathSignal = 1
const kill = 9

/**
 * Makes this process end when its parent is gone, even while its main thread hangs in native code and sees nothing of it.
 * Linux does it for us; elsewhere a second thread looks for the parent, which costs some 20 MB.
 */
export function dieWithParent(parent: number): void {
  if (process.platform === 'linux' && askKernel()) {
    // It may have died before the kernel knew.
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
    return
  }
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  new Worker(new URL(`./watchParent${extension}`, import.meta.url), { workerData: parent }).unref()
}

function askKernel(): boolean {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')
    const prctl = koffi
      .load(null)
      .func('int prctl(int option, unsigned long value, unsigned long, unsigned long, unsigned long)')
    return prctl(parentDeathSignal, kill, 0, 0, 0) === 0
  } catch (error) {
    console.error('The kernel does not watch over the parent; a thread does.', error)
    return false
  }
}
