import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from './run.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'sanjha.js')

/** The real command line with a home of its own. */
export class TestHome {
  readonly path: string = mkdtempSync(join(tmpdir(), 'sanjha-cli-'))
  readonly env: Record<string, string | undefined>
  readonly #servers: ChildProcess[] = []

  constructor(env: Record<string, string> = {}) {
    this.env = {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      SANJHA_HOME: this.path,
      // No test reaches for a hub: what is behind this port refuses at once.
      HF_ENDPOINT: 'http://127.0.0.1:9',
      NO_COLOR: '1',
      ...env,
    }
  }

  /** Runs one command to its end. */
  sanjha(args: readonly string[], input = ''): ReturnType<typeof run> {
    return run(process.execPath, [program, ...args], { env: this.env, input, cwd: this.path })
  }

  /** Starts a command that goes on; `line` resolves with the first line on stdout that matches. */
  start(
    args: readonly string[],
    pattern: RegExp,
  ): { child: ChildProcess; line: Promise<RegExpExecArray>; ended: Promise<number | null> } {
    const child = spawn(process.execPath, [program, ...args], {
      env: this.env,
      cwd: this.path,
      // An open stdin that says nothing would be waited for.
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#servers.push(child)
    let said = ''
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
    const line = new Promise<RegExpExecArray>((resolve, reject) => {
      const look = (chunk: Buffer): void => {
        said += chunk.toString()
        const match = pattern.exec(said)
        if (match) resolve(match)
      }
      child.stdout.on('data', look)
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      void ended.then((code) => reject(new Error(`ended with ${code} before it said ${pattern}:\n${said}`)))
    })
    line.catch(() => undefined)
    return { child, line, ended }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#servers) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const gone = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      await gone
    }
    rmSync(this.path, { recursive: true, force: true })
  }
}
