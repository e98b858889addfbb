import { Worker } from 'node:worker_threads'
import koffi from 'koffi'
import { configureKoffi } from '../configureKoffi.ts'

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
    configureKoffi()
    const prctl = koffi.load(null).func('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong'])
    return prctl(parentDeathSignal, kill, 0, 0, 0) === 0
  } catch (error) {
    console.error('The kernel does not watch over the parent; a thread does.', error)
    return false
  }
}
