import { lookup as dnsLookup } from 'node:dns/promises'
import { type Clock, createFetch, SanjhaError, systemClock } from '../../core/index.ts'
import type { ConnectionSettings } from './byteOrigin.ts'

export type Fetch = typeof globalThis.fetch
type Env = Readonly<Record<string, string | undefined>>

/** The network as the downloads see it. Tests pass their own parts. */
export interface Net {
  /** A fetch for a host, with its own certificates or proxy where it has them. */
  fetchFor(connection: ConnectionSettings | undefined): Fetch
  /** The addresses of a host. Used to refuse redirects into private networks. */
  lookup(host: string): Promise<string[]>
  readonly clock: Clock
  /** Refuse every connection that leaves this machine. */
  readonly offline: boolean
  /** Without a byte for so long, a connection counts as stalled. */
  readonly stallTimeoutMs: number
  /** How long a hub or registry may take for an answer that is not a download. */
  readonly probeTimeoutMs: number
}

export interface NetOptions {
  /** Absent: core's, which honours proxies and certificates. Not the built-in one; `createFetch` says why. */
  readonly fetch?: Fetch
  readonly env?: Env
  readonly clock?: Clock
  readonly offline?: boolean
  readonly stallTimeoutMs?: number
  readonly probeTimeoutMs?: number
  readonly lookup?: (host: string) => Promise<string[]>
}

/** All addresses of a host, as this system resolves it. */
export const systemLookup: Net['lookup'] = async (host) => (await dnsLookup(host, { all: true })).map((a) => a.address)

/** Puts a `Net` together. */
export async function createNet(options: NetOptions = {}): Promise<Net> {
  const env = options.env ?? {}
  const plain = options.fetch ?? createFetch({ env })
  const made = new Map<string, Fetch>()
  return {
    fetchFor: (connection) => {
      if (connection === undefined || options.fetch !== undefined) return plain
      const key = JSON.stringify(connection)
      const fetch = made.get(key) ?? createFetch({ env: withConnection(env, connection), trustOnly: connection.caFile })
      made.set(key, fetch)
      return fetch
    },
    lookup: options.lookup ?? systemLookup,
    clock: options.clock ?? systemClock,
    offline: options.offline ?? false,
    stallTimeoutMs: options.stallTimeoutMs ?? 30_000,
    probeTimeoutMs: options.probeTimeoutMs ?? 4_000,
  }
}

/** A host's own settings take the place of what the environment says for all. */
function withConnection(env: Env, { proxy }: ConnectionSettings): Env {
  return {
    ...env,
    ...(proxy !== undefined && { http_proxy: proxy, HTTP_PROXY: proxy, https_proxy: proxy, HTTPS_PROXY: proxy }),
  }
}

/** The error for a host that `network.offline` keeps us from. */
export function offlineError(host: string): SanjhaError {
  return new SanjhaError('network_unreachable', `${host} is not asked, because the setting network.offline is on.`, {
    retryable: false,
    hint: 'Turn network.offline off, or take a model that is on this machine: `sanjha list`.',
    details: { kind: 'offline', host },
  })
}
