import { homedir } from 'node:os'
import { type Clock, type Config, type Logger, silentLogger, systemClock } from '../core/index.ts'
import type { Catalog } from './catalog/index.ts'
import { createNet, type Fetch } from './download/index.ts'
import type { RegistryContext } from './registry/index.ts'
import type { ModelStore } from './store/index.ts'
import { createRunProgram, type RunProgram, type TransportContext } from './transports/index.ts'

/** The settings that a pull obeys. */
export type PullConfig = Pick<Config, 'hub' | 'registries' | 'downloads' | 'network'>

/** What is needed to reach outside. */
export interface NetworkDeps {
  /** Absent: the defaults, and what `env` says. */
  readonly config?: PullConfig
  /** Absent: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Absent: core's `createFetch`. Do not pass the built-in one; `createFetch` says why. */
  readonly fetch?: Fetch
  /** How npm, pip and uv are asked. Absent: as child processes. */
  readonly run?: RunProgram
  readonly clock?: Clock
  readonly log?: Logger
  /** The user's home directory and the working directory. */
  readonly home?: string
  readonly cwd?: string
  /** Seam for tests: free bytes of a directory. */
  readonly freeSpace?: (directory: string) => Promise<number>
}

export interface PullDeps extends NetworkDeps {
  readonly store: ModelStore
  readonly catalog: Catalog
}

/** What transports get, made of what a pull got. */
export async function transportContext(deps: NetworkDeps, signal: AbortSignal | undefined): Promise<TransportContext> {
  const { env = process.env } = deps
  const config = deps.config ?? defaultPullConfig(env)
  return {
    net: await createNet({
      env,
      offline: config.network.offline,
      stallTimeoutMs: config.downloads.stallTimeoutMs,
      probeTimeoutMs: config.downloads.probeTimeoutMs,
      ...(deps.fetch && { fetch: deps.fetch }),
      ...(deps.clock && { clock: deps.clock }),
    }),
    env,
    run: deps.run ?? createRunProgram(env),
    settings: config,
    home: deps.home ?? homedir(),
    cwd: deps.cwd ?? process.cwd(),
    signal,
  }
}

/** What the registry client gets, made of the same. */
export function registryContext(
  deps: PullDeps,
  { env, home }: Pick<TransportContext, 'env' | 'home'>,
): RegistryContext {
  const { store, fetch, clock = systemClock, log = silentLogger } = deps
  const { downloads, network } = deps.config ?? defaultPullConfig(env)
  return { store, env, network, downloads, clock, log, home, ...(fetch && { fetch }) }
}

/** For users of the library who load no configuration. */
export function defaultPullConfig(env: Readonly<Record<string, string | undefined>>): PullConfig {
  return {
    hub: {
      endpoint: env['HF_ENDPOINT'] || 'https://huggingface.co',
      token: env['HF_TOKEN'] || null,
      home: env['HF_HOME'] || null,
    },
    registries: { pypi: env['SANJHA_REGISTRIES_PYPI'] || null, npm: env['SANJHA_REGISTRIES_NPM'] || null },
    downloads: { stallTimeoutMs: 30_000, probeTimeoutMs: 4_000 },
    network: { offline: false, allowHttp: false },
  }
}
