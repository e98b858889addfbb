import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createSanjha } from '../../src/app/index.ts'
import { loadConfig, resolvePaths, silentLogger } from '../../src/core/index.ts'
import { createServer } from '../../src/server/index.ts'

export interface LabProcess {
  readonly url: string
  readonly port: number
  /** `kill -9`. */
  kill(): Promise<void>
}

/**
 * A real server with the built Lab, in a process of its own that can be killed.
 * @param env its `SANJHA_HOME`, and what else it is told
 */
export async function startLabProcess(
  labFolder: string,
  env: Readonly<Record<string, string>>,
  port = 0,
): Promise<LabProcess> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), labFolder, String(port)], {
    env: { ...process.env, HF_ENDPOINT: 'http://127.0.0.1:9', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await firstLine(child)
  return {
    url,
    port: Number(new URL(url).port),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`The server ended with ${code}.`)))
  ended.catch(() => undefined)
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
  return line
}

async function serve(labFolder: string, port: number): Promise<void> {
  const { env } = process
  const paths = resolvePaths(env)
  const settings = await loadConfig({ env, paths, cwd: paths.data, flags: [] })
  const server = createServer(await createSanjha({ settings, paths, log: silentLogger, env }), { labFolder })
  server.ready()
  const { url } = await server.listen({ port })
  process.stdout.write(`${url}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await serve(process.argv[2] as string, Number(process.argv[3]))
}
