import type { Logger } from './log.ts'

export interface CreateFetchOptions {
  /** HTTPS_PROXY, HTTP_PROXY, NO_PROXY (either case), SSL_CERT_FILE and NODE_EXTRA_CA_CERTS are read from here. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly log?: Logger
  /** Refuse every connection that leaves this machine (`network.offline`). */
  readonly offline?: boolean
  /**
   * Refuse every address that is not public, also after a redirect: for URLs that came with a request, by which somebody
   * could otherwise reach what only this machine reaches (server-side request forgery).
   */
  readonly publicOnly?: boolean
  /** A file of the only certificates to trust, in the place of all others. */
  readonly trustOnly?: string | undefined
  /** For `publicOnly`: how names are resolved for the look before a connection. The connection itself asks the system. */
  readonly lookup?: (host: string) => Promise<readonly string[]>
}

/**
 * A `fetch` on `node:http` and `node:https`, with our User-Agent, honouring proxies and certificate files. Requests are
 * sent whole, answers are streamed, redirects followed as browsers do (credentials do not follow to another origin).
 *
 * Not the built-in one: it knows neither proxies of a given environment nor a check of the address it connects to, and an
 * answer without a length that ends while nobody reads makes it fail an assertion that ends the process. The network is
 * loaded with the first request, because most commands make none.
 *
 * Errors: `network_unreachable`, `forbidden`, `invalid_config` for certificates that cannot be read; an aborted signal
 * rejects with its reason, as `fetch` does.
 */
export function createFetch(options: CreateFetchOptions = {}): typeof globalThis.fetch {
  let made: Promise<typeof globalThis.fetch> | undefined
  return async (input, init) => {
    made ??= import('./httpFetch.ts').then(({ httpFetch }) => httpFetch(options))
    return await (await made)(input, init)
  }
}
