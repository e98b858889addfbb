import { lookup as dnsLookup } from 'node:dns/promises'
import { type Clock, SanjhaError, systemClock } from '../../core/index.ts'
import type { ConnectionSettings } from './byteOrigin.ts'
import { createFetch, type Fetch } from './createFetch.ts'

/** The network as the downloads see it. Tests pass their own parts. */
export interface Net {
  readonly fetch: Fetch
  /** A fetch for a host with its own certificates or proxy. */
  fetchFor(connection: ConnectionSettings | undefined): Promise<Fetch>
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
  readonly fetch?: Fetch
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly clock?: Clock
  readonly offline?: boolean
  readonly stallTimeoutMs?: number
  readonly probeTimeoutMs?: number
  readonly lookup?: (host: string) => Promise<string[]>
}

/** Puts a `Net` together. Without a `fetch`, one that honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY of `env`. */
export async function createNet(options: NetOptions = {}): Promise<Net> {
  const env = options.env ?? {}
  const plain = options.fetch ?? (await createFetch(env))
  return {
    fetch: plain,
    fetchFor: async (connection) =>
      connection === undefined || (connection.proxy === undefined && !connection.caFiles?.length)
        ? plain
        : createFetch(env, connection),
    lookup: options.lookup ?? (async (host) => (await dnsLookup(host, { all: true })).map((a) => a.address)),
    clock: options.clock ?? systemClock,
    offline: options.offline ?? false,
    stallTimeoutMs: options.stallTimeoutMs ?? 30_000,
    probeTimeoutMs: options.probeTimeoutMs ?? 4_000,
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
