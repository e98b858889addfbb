import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { withFileLock } from '../../src/core/index.ts'
import { run } from './run.ts'

const cache = join(import.meta.dirname, '..', '..', '.cache', 'docker-registry')

/**
 * The path of Docker's registry, the real one: from `SANJHA_TEST_REGISTRY`, else from Debian's package of it, which is
 * unpacked (not installed) into `.cache/`. Undefined on machines without apt.
 */
export async function dockerRegistryPath(): Promise<string | undefined> {
  if (process.env['SANJHA_TEST_REGISTRY']) return process.env['SANJHA_TEST_REGISTRY']
  const path = join(cache, 'usr', 'bin', 'docker-registry')
  if (existsSync(path)) return path
  await mkdir(cache, { recursive: true })
  return withFileLock(
    `${cache}.lock`,
    async () => {
      if (existsSync(path)) return path
      const scratch = await mkdtemp(`${cache}-`)
      try {
        return (await unpackPackage(scratch)) ? path : undefined
      } finally {
        await rm(scratch, { recursive: true, force: true })
      }
    },
    { timeoutMs: 120_000 },
  )
}

async function unpackPackage(scratch: string): Promise<boolean> {
  const tell = (command: string, ...args: string[]) =>
    run(command, args, { cwd: scratch }).then(
      ({ code }) => code === 0,
      () => false,
    )
  const fetched =
    (await tell('apt-get', 'download', 'docker-registry')) ||
    ((await tell('apt-get', 'update')) && (await tell('apt-get', 'download', 'docker-registry')))
  const name = (await readdir(scratch)).find((file) => file.endsWith('.deb'))
  if (!fetched || name === undefined || !(await tell('dpkg', '-x', name, 'unpacked'))) return false
  await rm(cache, { recursive: true, force: true })
  await rename(join(scratch, 'unpacked'), cache)
  return true
}

export interface RunningRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string
  readonly storage: string
  stop(): Promise<void>
}

export interface RegistrySettings {
  /** Lines of an htpasswd file with bcrypt hashes. */
  readonly htpasswd?: string
  /** Token login: where the registry sends clients, and the PEM certificate whose key signs the tokens. */
  readonly token?: {
    readonly realm: string
    readonly service: string
    readonly issuer: string
    readonly certificate: string
  }
}

/** Starts the registry on a free port of this machine, with its storage in a fresh folder. */
export async function startDockerRegistry(program: string, settings: RegistrySettings = {}): Promise<RunningRegistry> {
  const storage = await mkdtemp(join(tmpdir(), 'sanjha-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const config: Record<string, unknown> = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(storage, 'data') }, delete: { enabled: true } },
    http: { addr: host },
  }
  if (settings.htpasswd !== undefined) {
    await writeFile(join(storage, 'htpasswd'), settings.htpasswd)
    config['auth'] = { htpasswd: { realm: 'test', path: join(storage, 'htpasswd') } }
  }
  if (settings.token !== undefined) {
    const { certificate, ...rest } = settings.token
    await writeFile(join(storage, 'token.pem'), certificate)
    config['auth'] = { token: { ...rest, rootcertbundle: join(storage, 'token.pem') } }
  }
  // JSON is YAML.
  await writeFile(join(storage, 'config.yml'), JSON.stringify(config))
  const child = spawn(program, ['serve', join(storage, 'config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] })
  let talk = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    talk += text
  })
  await untilReady(host, child, () => talk)
  return {
    host,
    storage,
    stop: async () => {
      child.kill('SIGKILL')
      await rm(storage, { recursive: true, force: true })
    },
  }
}

async function untilReady(host: string, child: ChildProcess, talk: () => string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (child.exitCode !== null) throw new Error(`The registry ended at once: ${talk()}`)
    try {
      const response = await fetch(`http://${host}/v2/`)
      await response.arrayBuffer()
      return
    } catch {
      await delay(25)
    }
  }
  throw new Error(`The registry did not start: ${talk()}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
