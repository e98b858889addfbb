import { type ChildProcess, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Works without pause, and ends when whoever started it is gone. */
const spin = `const parent = Number(process.argv[1])
for (;;) {
  const until = Date.now() + 100
  while (Date.now() < until);
  if (process.ppid !== parent) process.exit()
}`

/** Keeps every core busy with one process each, until disposed. */
export class BusyMachine implements AsyncDisposable {
  readonly #children: readonly ChildProcess[]

  constructor(count: number = availableParallelism()) {
    this.#children = Array.from({ length: count }, () =>
      spawn(process.execPath, ['-e', spin, String(process.pid)], { stdio: 'ignore' }),
    )
  }

  get pids(): readonly (number | undefined)[] {
    return this.#children.map((child) => child.pid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#children.map((child) => {
        if (child.exitCode !== null || child.signalCode !== null) return undefined
        const gone = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGKILL')
        return gone
      }),
    )
  }
}
