import { readFile } from 'node:fs/promises'
import { type Clock, type Config, type Logger, SanjhaError } from '../core/index.ts'
import { abortable, listRemoteModels, OpenAIClient, type RemoteSource } from '../engine/index.ts'

export interface RemotesOptions {
  readonly config: Pick<Config, 'remotes' | 'downloads'>
  /** The remotes as they are now. Absent: those of `config`, always. */
  readonly current?: () => Promise<Config['remotes']>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  readonly log: Logger
}

type Remote = Config['remotes'][number]

/** A list younger than this is not asked for again because of a name that is not on it, in milliseconds. */
const freshMs = 5_000
/** What another name of a model means is believed for so long, in milliseconds. */
const aliasMs = 60_000
/** So many names that an endpoint does not list are taken on trust. */
const maxUnlisted = 100

interface Known {
  readonly ids: Set<string>
  readonly at: number
}

/**
 * The models of remote engines, `NAME/MODEL`. What an endpoint does not have is said to be unknown here already: names
 * that anybody may make up must not become engines and lines of metrics.
 */
export class Remotes {
  readonly #options: RemotesOptions
  readonly #lists = new Map<string, Known>()
  readonly #asking = new Map<string, Promise<Known>>()
  readonly #unlisted = new Map<string, Set<string>>()
  /** `REMOTE URL/NAME` → the model that the endpoint said it means, and when. */
  readonly #aliases = new Map<string, { readonly model: string; readonly at: number }>()

  constructor(options: RemotesOptions) {
    this.#options = options
  }

  /** What is behind a name; undefined when it names no remote. Errors: `model_not_found`, `invalid_config` for a key that is not there. */
  async source(name: string): Promise<RemoteSource | undefined> {
    const slash = name.indexOf('/')
    if (slash === -1) return undefined
    const remote = (await this.#remotes()).find((known) => known.name === name.slice(0, slash))
    if (remote === undefined) return undefined
    const apiKey = await readRemoteKey(remote, this.#options.env)
    const remoteModel = await this.#find(remote, name.slice(slash + 1))
    return {
      kind: 'remote',
      model: `${remote.name}/${remoteModel}`,
      digest: null,
      remote: remote.name,
      baseUrl: remote.baseUrl,
      remoteModel,
      ...(apiKey !== undefined && { apiKey }),
    }
  }

  /** All of them. Remotes that do not answer are left out and said in the log. */
  async list(signal: AbortSignal): Promise<readonly string[]> {
    const { log } = this.#options
    const lists = (await this.#remotes()).map(async (remote) => {
      if (remote.models !== undefined) return remote.models.map((model) => `${remote.name}/${model}`)
      try {
        const { ids } = await abortable(this.#shared(remote), signal)
        return [...ids].map((id) => `${remote.name}/${id}`)
      } catch (error) {
        signal.throwIfAborted()
        const reason = SanjhaError.from(error).message
        log.warn({ remote: remote.name, reason }, 'a remote engine does not list its models')
        return []
      }
    })
    return (await Promise.all(lists)).flat()
  }

  #remotes(): Promise<Config['remotes']> {
    const { current, config } = this.#options
    return current?.() ?? Promise.resolve(config.remotes)
  }

  /** What the endpoint calls the model. */
  async #find(remote: Remote, model: string): Promise<string> {
    if (model === '') throw unknown(remote, model, `Write ${remote.name}/MODEL.`)
    if (remote.models !== undefined) {
      if (remote.models.includes(model)) return model
      throw unknown(remote, model, `It has: ${remote.models.join(', ')}.`)
    }
    const { clock } = this.#options
    let known = this.#lists.get(idOf(remote))
    if (known?.ids.has(model)) return model
    const alias = this.#aliases.get(`${idOf(remote)}/${model}`)
    if (alias !== undefined && clock.monotonic() - alias.at <= aliasMs) return alias.model
    if (known === undefined || clock.monotonic() - known.at > freshMs) {
      const asked = await this.#shared(remote).catch(() => undefined)
      // Who cannot be reached cannot be loaded either; the engine says why.
      if (asked === undefined) return model
      known = asked
    }
    if (known.ids.size === 0) return this.#trust(remote, model)
    if (known.ids.has(model)) return model
    // Ollama's list has a tag that its users leave out.
    if (known.ids.has(`${model}:latest`)) return model
    const canonical = await this.#canonical(remote, model)
    if (canonical === undefined) throw unknown(remote, model, `It has: ${[...known.ids].slice(0, 20).join(', ')}.`)
    const meant = known.ids.has(canonical) ? canonical : this.#trust(remote, canonical)
    if (this.#aliases.size >= maxUnlisted) this.#aliases.clear()
    this.#aliases.set(`${idOf(remote)}/${model}`, { model: meant, at: clock.monotonic() })
    return meant
  }

  #trust(remote: Remote, model: string): string {
    const names = this.#unlisted.get(idOf(remote)) ?? new Set()
    this.#unlisted.set(idOf(remote), names)
    if (names.size >= maxUnlisted && !names.has(model)) {
      throw unknown(remote, model, 'It does not list its models: name them under `models` of the remote in the config.')
    }
    names.add(model)
    return model
  }

  /** Other names (Sanjha's aliases, say) are on no list, but the endpoint tells which model they mean. */
  async #canonical(remote: Remote, model: string): Promise<string | undefined> {
    try {
      const client = await this.#client(remote)
      const found = await client.json({ path: `models/${encodeURIComponent(model)}`, signal: this.#patience() })
      return typeof found['id'] === 'string' ? found['id'] : undefined
    } catch (error) {
      // Who cannot be reached has not said that there is no such model; the engine says what is the matter.
      if (SanjhaError.from(error).retryable) throw error
      return undefined
    }
  }

  /**
   * Many who ask at once are served by one list. So a remote that leads back here, in one step or over others, is asked
   * once and not without end.
   */
  #shared(remote: Remote): Promise<Known> {
    let asking = this.#asking.get(idOf(remote))
    if (asking === undefined) {
      asking = this.#ask(remote).finally(() => this.#asking.delete(idOf(remote)))
      this.#asking.set(idOf(remote), asking)
    }
    return asking
  }

  async #ask(remote: Remote): Promise<Known> {
    const client = await this.#client(remote)
    const listed = await listRemoteModels(client, this.#patience())
    const known: Known = { ids: new Set(listed.map(({ id }) => id)), at: this.#options.clock.monotonic() }
    this.#lists.set(idOf(remote), known)
    return known
  }

  async #client(remote: Remote): Promise<OpenAIClient> {
    const { env, fetch } = this.#options
    const apiKey = await readRemoteKey(remote, env)
    return new OpenAIClient({
      name: remote.name,
      baseUrl: remote.baseUrl,
      fetch,
      ...(apiKey !== undefined && { apiKey }),
    })
  }

  #patience(): AbortSignal {
    return AbortSignal.timeout(this.#options.config.downloads.probeTimeoutMs)
  }
}

/** What is known of an endpoint is not believed of another that has taken over its name. */
const idOf = (remote: Remote): string => `${remote.name} ${remote.baseUrl}`

function unknown(remote: Remote, model: string, hint: string): SanjhaError {
  return new SanjhaError('model_not_found', `The remote engine “${remote.name}” has no model “${model}”.`, {
    hint,
    param: 'model',
  })
}

/** The key of a remote, from the environment or its file. Read anew each time, so that a rotated key is taken. Never log it. */
export async function readRemoteKey(remote: Remote, env: RemotesOptions['env']): Promise<string | undefined> {
  const { apiKeyEnv, apiKeyFile } = remote
  if (apiKeyEnv !== undefined) {
    const key = env[apiKeyEnv]?.trim()
    if (key) return sendable(remote, key, apiKeyEnv)
    throw new SanjhaError(
      'invalid_config',
      `The key of the remote engine “${remote.name}” is to be in ${apiKeyEnv}, which is ${key === undefined ? 'not set' : 'empty'}.`,
      {
        hint: `Set ${apiKeyEnv} in the environment of this program.`,
      },
    )
  }
  if (apiKeyFile === undefined) return undefined
  const text = await readFile(apiKeyFile, 'utf8').catch((cause: unknown) => {
    throw new SanjhaError(
      'invalid_config',
      `The key file of the remote engine “${remote.name}” cannot be read: ${apiKeyFile}.`,
      { cause, hint: 'Put the key on its first line, and let this user read it.' },
    )
  })
  const key = text.split('\n')[0]?.trim()
  if (key) return sendable(remote, key, apiKeyFile)
  throw new SanjhaError(
    'invalid_config',
    `The key file of the remote engine “${remote.name}” has no key on its first line: ${apiKeyFile}.`,
    { hint: 'Put the key there, or take `apiKeyFile` out of the configuration where none is needed.' },
  )
}

/** Refused here, because the header that would not take it is quoted in the error, key and all. */
function sendable(remote: Remote, key: string, place: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key
  throw new SanjhaError(
    'invalid_config',
    `The key of the remote engine “${remote.name}” in ${place} holds characters that no key has: spaces, control characters, or others beyond ASCII.`,
    { hint: 'Copy the key again; nothing else may stand beside it.' },
  )
}
