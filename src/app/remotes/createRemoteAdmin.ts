import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type Config,
  changeConfigList,
  isLoopbackHost,
  isNodeError,
  type LoadedConfig,
  type Logger,
  type Paths,
  type RemoteConfig,
  SanjhaError,
  writeFileAtomic,
} from '../../core/index.ts'
import type { EnginePool } from '../../engine/index.ts'
import { readRemoteKey } from '../Remotes.ts'
import { listServers } from '../servers.ts'
import type { LiveSettings } from '../settings/index.ts'
import type { RemoteAdmin, RemoteState } from './contract.ts'
import { testRemote } from './testRemote.ts'

export interface RemoteAdminOptions {
  readonly settings: Pick<LiveSettings, 'current'>
  readonly config: Pick<Config, 'downloads'>
  readonly pool: Pick<EnginePool, 'list' | 'unload'>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly paths: Pick<Paths, 'instances'>
  readonly fetch: typeof globalThis.fetch
  readonly log: Logger
}

/** Adds, tests and removes remote engines in the user's configuration. A running Sanjha takes them without a restart. */
export function createRemoteAdmin(options: RemoteAdminOptions): RemoteAdmin {
  const { settings, config, pool, env, paths, log } = options

  const read = async (): Promise<{ readonly loaded: LoadedConfig; readonly stronger: string | null }> => {
    const loaded = await settings.current()
    const origin = loaded.settings.find(({ key }) => key === 'remotes')?.origin
    const stronger =
      origin?.from === 'env' ? `the variable ${origin.name}` : origin?.from === 'flag' ? origin.flag : null
    return { loaded, stronger }
  }

  const describe = async (remote: RemoteConfig, removable: boolean): Promise<RemoteState> => {
    const { name, baseUrl, apiKeyEnv, apiKeyFile, models = null } = remote
    const key =
      apiKeyEnv !== undefined
        ? { from: 'env' as const, name: apiKeyEnv, isThere: Boolean(env[apiKeyEnv]?.trim()) }
        : apiKeyFile !== undefined
          ? { from: 'file' as const, name: apiKeyFile, isThere: await isFile(apiKeyFile) }
          : null
    return { name, baseUrl, key, models, removable }
  }

  /** What is in the environment hides what would be written. */
  const writable = async (): Promise<LoadedConfig> => {
    const { loaded, stronger } = await read()
    if (stronger === null) return loaded
    throw new SanjhaError('conflict', `The remote engines are set by ${stronger}, which is stronger than the file.`, {
      hint: `Change them there, or take ${stronger} away and start the server again.`,
    })
  }

  return {
    list: async () => {
      const { loaded, stronger } = await read()
      return Promise.all(loaded.config.remotes.map((remote) => describe(remote, stronger === null)))
    },
    add: async ({ name, baseUrl, apiKey }) => {
      const { userFile, config: now } = await writable()
      const wanted = name.toLowerCase()
      const taken = now.remotes.some((remote) => remote.name.toLowerCase() === wanted)
      if (taken) throw isTaken(name)
      const apiKeyFile = apiKey === undefined ? undefined : keyFileOf(userFile, name)
      const remote = { name, baseUrl, ...(apiKeyFile !== undefined && { apiKeyFile }) }
      if (apiKey !== undefined) checkKey(apiKey)
      if (await leadsHere(baseUrl, paths)) throw isThisServer(baseUrl)
      // The key is written while nobody else can add one of that name, and only for a name that is right.
      await changeConfigList(userFile, 'remotes', (items) => {
        if (items.some((item) => nameOf(item)?.toLowerCase() === wanted)) throw isTaken(name)
        return { add: remote }
      })
      if (apiKey !== undefined && apiKeyFile !== undefined) {
        try {
          await mkdir(dirname(apiKeyFile), { recursive: true, mode: 0o700 })
          await writeFileAtomic(apiKeyFile, `${apiKey}\n`, 0o600)
        } catch (error) {
          await takeOut(userFile, name)
          throw new SanjhaError('invalid_config', `The key of “${name}” cannot be written to ${apiKeyFile}.`, {
            cause: error,
            hint: 'Let this user write there.',
          })
        }
      }
      log.info({ remote: name, baseUrl }, 'a remote engine was added')
      const added = (await settings.current()).config.remotes.find((each) => each.name === name)
      return describe(added ?? remote, true)
    },
    remove: async (name) => {
      const { userFile, config: now } = await writable()
      if (!now.remotes.some((remote) => remote.name === name)) throw notConfigured(name, now.remotes)
      await takeOut(userFile, name)
      await rm(keyFileOf(userFile, name), { force: true })
      for (const { model, engine } of pool.list()) if (engine === name) await pool.unload(model)
      log.info({ remote: name }, 'a remote engine was removed')
    },
    test: async (question, signal, fetch = options.fetch) => {
      const timeoutMs = config.downloads.probeTimeoutMs
      if (!('name' in question)) return testRemote(question, fetch, timeoutMs, signal)
      const { remotes } = (await settings.current()).config
      const remote = remotes.find(({ name }) => name === question.name)
      if (remote === undefined) throw notConfigured(question.name, remotes)
      try {
        const apiKey = await readRemoteKey(remote, env)
        return await testRemote({ baseUrl: remote.baseUrl, apiKey }, fetch, timeoutMs, signal)
      } catch (error) {
        signal.throwIfAborted()
        const { message, hint = null } = SanjhaError.from(error)
        return { ok: false, problem: 'key_missing', message, hint, models: [] }
      }
    },
  }
}

/** One file for each key, so that a program that reads one does not get them all. */
const keyFileOf = (userFile: string, name: string): string => join(dirname(userFile), 'remote-keys', name)

async function takeOut(userFile: string, name: string): Promise<void> {
  await changeConfigList(userFile, 'remotes', (items) => {
    const removeAt = items.findIndex((item) => nameOf(item) === name)
    if (removeAt === -1) throw notConfigured(name, [])
    return { removeAt }
  })
}

function nameOf(item: unknown): string | undefined {
  const name = typeof item === 'object' && item !== null ? (item as { name?: unknown }).name : undefined
  return typeof name === 'string' ? name : undefined
}

function checkKey(key: string): void {
  if (/^[\x21-\x7e]+$/.test(key)) return
  throw new SanjhaError(
    'invalid_request',
    'The key is empty or holds characters that no key has: spaces, control characters, or others beyond ASCII.',
    {
      param: 'apiKey',
      hint: 'Copy the key again; nothing else may stand beside it. Leave it out where none is needed.',
    },
  )
}

/** Servers of this home have the same remotes, so each would ask itself for its models. */
async function leadsHere(baseUrl: string, paths: Pick<Paths, 'instances'>): Promise<boolean> {
  const url = URL.parse(baseUrl)
  if (url === null || !isLoopbackHost(url.hostname)) return false
  const servers = await listServers(paths, new AbortController().signal)
  return servers.some((server) => new URL(server.url).port === url.port)
}

function isThisServer(baseUrl: string): SanjhaError {
  return new SanjhaError('conflict', `${baseUrl} is this server itself, whose models are here already.`, {
    param: 'baseUrl',
    hint: 'Give the address of another server.',
  })
}

function isTaken(name: string): SanjhaError {
  return new SanjhaError('conflict', `There is a remote engine called “${name}” already.`, {
    param: 'name',
    hint: 'Give this one another name, or remove the other first.',
  })
}

function notConfigured(name: string, remotes: readonly RemoteConfig[]): SanjhaError {
  return new SanjhaError('not_found', `There is no remote engine called “${name}”.`, {
    param: 'name',
    hint:
      remotes.length === 0 ? 'None is configured.' : `There are: ${remotes.map((remote) => remote.name).join(', ')}.`,
  })
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if (isNodeError(error)) return false
    throw error
  }
}
