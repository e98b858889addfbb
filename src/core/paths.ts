import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** Where Sanjha keeps things. All paths are absolute. `SANJHA_HOME` moves all of them; else the XDG directories are used. */
export interface Paths {
  /** `store/`, `sanjha.db`, `engines/`: what must not be lost. */
  readonly data: string
  /** `config.yaml`. */
  readonly config: string
  /** May be deleted at any time. */
  readonly cache: string
  /** `logs/`, `instances/`, `history`: what is known about past and present processes. */
  readonly state: string
  /** The OCI Image Layout that holds every model. */
  readonly store: string
  /** Engine backends that were fetched on request. */
  readonly engines: string
  readonly database: string
  readonly configFile: string
  readonly logs: string
  readonly instances: string
}

/**
 * @param env the environment, e.g. `process.env`
 * @param home the user's home directory
 */
export function resolvePaths(env: Readonly<Record<string, string | undefined>>, home: string = homedir()): Paths {
  const base = env.SANJHA_HOME ? resolve(env.SANJHA_HOME) : undefined
  const xdg = (variable: string, fallback: string): string => {
    const value = env[variable]
    // The XDG specification says that a relative path is to be ignored.
    return join(value !== undefined && isAbsolute(value) ? value : join(home, fallback), 'sanjha')
  }
  const data = base ? join(base, 'data') : xdg('XDG_DATA_HOME', '.local/share')
  const config = base ? join(base, 'config') : xdg('XDG_CONFIG_HOME', '.config')
  const cache = base ? join(base, 'cache') : xdg('XDG_CACHE_HOME', '.cache')
  const state = base ? join(base, 'state') : xdg('XDG_STATE_HOME', '.local/state')
  return {
    data,
    config,
    cache,
    state,
    store: join(data, 'store'),
    engines: join(data, 'engines'),
    database: join(data, 'sanjha.db'),
    configFile: join(config, 'config.yaml'),
    logs: join(state, 'logs'),
    instances: join(state, 'instances'),
  }
}
