import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface ServiceOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly port: number
  /** Milliseconds until `/health` must say 200. Default 120,000. */
  readonly timeoutMs?: number
  readonly ipc?: boolean
}

/** A server program that was started here and is ended when disposed. */
export class Service implements AsyncDisposable {
  readonly url: string
  readonly child: ChildProcess
  /** From the start of the program to the first 200 of `/health`, in milliseconds. */
  readonly readyMs: number

  private constructor(child: ChildProcess, url: string, readyMs: number) {
    this.child = child
    this.url = url
    this.readyMs = readyMs
  }

  static async start(options: ServiceOptions): Promise<Service> {
    const started = performance.now()
    const child = spawn(options.command, options.args, {
      env: { ...process.env, ...options.env },
      stdio: options.ipc ? ['ignore', 'ignore', 'pipe', 'ipc'] : ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr?.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-2000)
    })
    child.once('error', (error) => {
      said += error.message
    })
    const url = `http://127.0.0.1:${options.port}`
    const deadline = started + (options.timeoutMs ?? 120_000)
    while (performance.now() < deadline) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break
      const status = await fetch(`${url}/health`).then(
        async (response) => {
          await response.arrayBuffer()
          return response.status
        },
        () => 0,
      )
      if (status === 200) return new Service(child, url, performance.now() - started)
      await delay(3)
    }
    child.kill('SIGKILL')
    throw new Error(`${options.command} did not become ready:\n${said}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { child } = this
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const patience = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await gone
    clearTimeout(patience)
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
