import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { isAlive } from '../../testing/isAlive.ts'

/** A process whose child watches it by the thread and then blocks its own main thread for ever. */
const program = `
  const { spawn } = require('node:child_process')
  const inner = \`
    const { Worker } = require('node:worker_threads')
    const worker = new Worker(new URL(process.argv[1]), { workerData: Number(process.argv[2]) })
    worker.on('online', () => {
      console.log(process.pid)
      setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 100)
    })
  \`
  spawn(process.execPath, ['-e', inner, process.argv[1], String(process.pid)], { stdio: ['ignore', 'inherit', 'inherit'] })
  setInterval(() => undefined, 60_000)
`

describe('watchParent', { timeout: 30_000 }, () => {
  it('ends the process once its parent is gone, although its main thread hangs', async () => {
    const watcher = new URL('./watchParent.ts', import.meta.url).href
    const parent = spawn(process.execPath, ['-e', program, watcher], { stdio: ['ignore', 'pipe', 'ignore'] })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
  })
})
