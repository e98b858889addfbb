import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from './atomicFile.ts'
import { SanjhaError } from './errors.ts'
import { randomHex } from './nodeCrypto.ts'
import type { Paths } from './paths.ts'
import { type ProcessIdentity, processState, thisProcess } from './processIdentity.ts'
import { version } from './version.ts'

/** A running Sanjha process of this home, as `ps` and `stop` see it. */
export interface Instance {
  readonly pid: number
  readonly process: ProcessIdentity
  /** `server` answers on `url`; `run` is a chat at a terminal. */
  readonly kind: 'server' | 'run'
  readonly url: string | null
  /** Holds the secret by which another process of the same user may control this one. Mode 0600. */
  readonly tokenFile: string
  readonly logFile: string | null
  readonly version: string
  /** ISO 8601. */
  readonly startedAt: string
}

export interface RegisteredInstance {
  readonly instance: Instance
  /** Accept it as a key for everything. */
  readonly token: string
  /** Call it on the way out. A process that is killed is found out by `listInstances`. */
  unregister(): Promise<void>
}

type Place = Pick<Paths, 'instances'>

/** Makes this process known to the others of this home. */
export async function registerInstance(
  paths: Place,
  about: {
    readonly kind: Instance['kind']
    readonly url?: string
    readonly logFile?: string
    /** Absent: one is made. */
    readonly token?: string
  },
): Promise<RegisteredInstance> {
  await mkdir(paths.instances, { recursive: true, mode: 0o700 })
  // Two containers on one home may have the same pid.
  const name = join(paths.instances, `${process.pid}-${randomHex(4)}`)
  const token = about.token ?? randomHex(32)
  const instance: Instance = {
    pid: process.pid,
    process: thisProcess(),
    kind: about.kind,
    url: about.url ?? null,
    tokenFile: `${name}.token`,
    logFile: about.logFile ?? null,
    version,
    startedAt: new Date().toISOString(),
  }
  await writeFileAtomic(instance.tokenFile, token, 0o600)
  await writeFileAtomic(`${name}.json`, `${JSON.stringify(instance, null, 2)}\n`, 0o600)
  return { instance, token, unregister: () => remove(name) }
}

/** The living ones, the latest first. What dead ones left is removed. Those of other machines and containers are left alone. */
export async function listInstances(paths: Place): Promise<Instance[]> {
  const me = thisProcess()
  const living: Instance[] = []
  for (const entry of await readdir(paths.instances).catch(() => [])) {
    if (!entry.endsWith('.json')) continue
    const name = join(paths.instances, entry.slice(0, -'.json'.length))
    const instance = await read(`${name}.json`)
    if (instance === undefined) continue
    const state = processState(instance.process, me)
    if (state === 'alive') living.push(instance)
    else if (state === 'dead' || (await isOld(`${name}.json`))) await remove(name)
  }
  return living.sort((a, b) => b.startedAt.localeCompare(a.startedAt))
}

/** The secret that `registerInstance` gave the process. Errors: `not_found` when it has gone meanwhile. */
export async function readInstanceToken(instance: Instance): Promise<string> {
  try {
    return (await readFile(instance.tokenFile, 'utf8')).trim()
  } catch (error) {
    throw new SanjhaError('not_found', `The process ${instance.pid} has ended, or belongs to another user.`, {
      cause: error,
    })
  }
}

async function remove(name: string): Promise<void> {
  await rm(`${name}.json`, { force: true })
  await rm(`${name}.token`, { force: true })
}

async function read(path: string): Promise<Instance | undefined> {
  try {
    const instance = JSON.parse(await readFile(path, 'utf8')) as Instance
    return typeof instance.process?.pid === 'number' ? instance : undefined
  } catch {
    return undefined // just removed, or no file of ours
  }
}

/** Nobody can say whether a process of a container that is gone still runs; after a month it does not. */
async function isOld(path: string): Promise<boolean> {
  const age = await stat(path).then(
    (s) => Date.now() - s.mtimeMs,
    () => 0,
  )
  return age > 30 * 86_400_000
}
