import { type Clock, SanjhaError, systemClock } from '../../core/index.ts'
import type { Descriptor } from '../contract.ts'
import { digestOf, isDigest } from '../digest.ts'
import { isLoopbackHost, type Net, offlineError, refusePrivate, systemLookup } from '../download/index.ts'
import { mediaTypes } from '../store/index.ts'
import { parseChallenge } from './authChallenge.ts'
import type { Credentials } from './credentials.ts'
import { registryError } from './registryErrors.ts'
import type { RegistryRequest, RegistryResponse, SendRequest } from './sendRequest.ts'

export interface RegistryClientOptions {
  /** Host and, where given, port, as it stands in a reference. */
  readonly host: string
  readonly repository: string
  readonly send: SendRequest
  /** Asked at most once, and only when the registry wants a login. */
  readonly credentials: () => Promise<Credentials | undefined>
  /** Plain http for other hosts than this machine. */
  readonly insecure?: boolean
  readonly offline?: boolean
  /** The addresses of a host. Used to refuse what leads into private networks. */
  readonly lookup?: Net['lookup']
  readonly clock?: Clock
  readonly signal?: AbortSignal | undefined
}

export interface FetchedManifest {
  readonly content: Uint8Array
  readonly digest: string
  readonly mediaType: string
}

type Action = 'pull' | 'pull,push'

const manifestTypes = [mediaTypes.manifest, mediaTypes.index].join(', ')
const attempts = 4

/**
 * One repository of a registry that speaks the OCI Distribution Specification 1.1. Logs in with Basic or Bearer when
 * asked to. What it fetches by digest is what the digest says. Errors: `unauthorized`, `forbidden`, `model_not_found`,
 * `upstream_error`, `network_unreachable`, `digest_mismatch`.
 */
export class RegistryClient {
  readonly base: URL
  readonly #options: RegistryClientOptions
  /** `Authorization` by what it allows. */
  readonly #authorization = new Map<Action, string>()
  #credentials: Promise<Credentials | undefined> | undefined

  constructor(options: RegistryClientOptions) {
    this.#options = options
    // Docker Hub's name in references is not the host of its registry.
    const host = options.host === 'docker.io' ? 'registry-1.docker.io' : options.host
    const local = isLocal(host)
    this.base = new URL(`${local || options.insecure === true ? 'http' : 'https'}://${host}/v2/${options.repository}/`)
    if (options.offline === true && !local) {
      throw new SanjhaError('network_unreachable', `${host} is not asked, because the setting network.offline is on.`, {
        retryable: false,
      })
    }
  }

  /** Errors besides the client's: `digest_mismatch` when `reference` is a digest and the bytes are others. */
  async getManifest(reference: string): Promise<FetchedManifest> {
    const response = await this.#get(`manifests/${reference}`, manifestTypes)
    if (response.status !== 200) throw this.#error(response, `manifest ${reference}`)
    const digest = digestOf(response.body)
    const promised = isDigest(reference) ? reference : response.headers.get('docker-content-digest')
    if (promised?.startsWith('sha256:') === true && promised !== digest) {
      throw new SanjhaError('digest_mismatch', `${this.base.host} gave ${digest} for a manifest that is ${promised}.`)
    }
    return { content: response.body, digest, mediaType: response.headers.get('content-type') ?? mediaTypes.manifest }
  }

  async hasManifest(reference: string): Promise<boolean> {
    const response = await this.request(
      { method: 'HEAD', url: this.#url(`manifests/${reference}`), headers: { accept: manifestTypes } },
      'pull,push',
    )
    return response.status === 200
  }

  /** A small blob, whole. Large ones are downloaded from `blobUrl`. */
  async getBlob(digest: string, limit: number): Promise<Uint8Array> {
    let response = await this.#get(`blobs/${digest}`)
    const location = response.headers.get('location')
    // Stored elsewhere: the other host gets none of our headers.
    if ([301, 302, 303, 307, 308].includes(response.status) && location !== null) {
      const url = new URL(location, this.#url(`blobs/${digest}`))
      await this.#refuseUnsafe(url)
      response = await this.#options.send({ method: 'GET', url, signal: this.#options.signal })
    }
    if (response.status !== 200) throw this.#error(response, `blob ${digest}`)
    if (response.body.byteLength > limit || digestOf(response.body) !== digest) {
      throw new SanjhaError('digest_mismatch', `${this.base.host} gave other bytes than those of ${digest}.`)
    }
    return response.body
  }

  async hasBlob(digest: string): Promise<boolean> {
    const response = await this.request({ method: 'HEAD', url: this.#url(`blobs/${digest}`) }, 'pull,push')
    return [200, 301, 302, 307].includes(response.status)
  }

  /** The address of a blob and the headers that open it. */
  async blobUrl(digest: string): Promise<{ readonly url: string; readonly headers: Record<string, string> }> {
    const url = this.#url(`blobs/${digest}`)
    // Asking for the head settles the login, so that the download itself needs none.
    const response = await this.request({ method: 'HEAD', url }, 'pull')
    if (response.status === 404) throw this.#error(response, `blob ${digest}`)
    const authorization = this.#authorization.get('pull')
    return { url: url.href, headers: authorization === undefined ? {} : { authorization } }
  }

  /** Returns true when the registry says that it keeps track of subjects itself. */
  async putManifest(reference: string, content: Uint8Array, mediaType: string): Promise<{ readonly subject: boolean }> {
    const response = await this.request(
      {
        method: 'PUT',
        url: this.#url(`manifests/${reference}`),
        headers: { 'content-type': mediaType },
        body: content,
      },
      'pull,push',
    )
    if (response.status !== 201) throw this.#error(response, `manifest ${reference}`)
    return { subject: response.headers.has('oci-subject') }
  }

  async tags(): Promise<string[]> {
    const tags: string[] = []
    let url: URL | null = this.#url('tags/list')
    while (url !== null && tags.length < 100_000) {
      const response = await this.request({ method: 'GET', url }, 'pull')
      if (response.status === 404) return tags
      if (response.status !== 200) throw this.#error(response, 'list of tags')
      const { tags: page } = parseJson(response.body) as { tags?: unknown }
      if (Array.isArray(page)) tags.push(...page.filter((t) => typeof t === 'string'))
      const next: string | undefined = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1]
      const following: URL | null = next === undefined ? null : new URL(next, url)
      // A page of another host is none of this registry's business.
      url = following !== null && following.origin === this.base.origin ? following : null
    }
    return tags
  }

  /** Evidence about a digest: by the referrers API, else by the tag that OCI 1.1 defines for registries without it. */
  async referrers(digest: string): Promise<Descriptor[]> {
    const response = await this.#get(`referrers/${digest}`, mediaTypes.index)
    if (response.status === 200) return manifestsOf(response.body)
    if (![400, 404, 405].includes(response.status)) throw this.#error(response, `referrers of ${digest}`)
    return this.#fallbackReferrers(digest)
  }

  /** Adds to the fallback tag's index. For registries whose `putManifest` says that they do not track subjects. */
  async addFallbackReferrer(subject: string, referrer: Descriptor): Promise<void> {
    const known = await this.#fallbackReferrers(subject)
    if (known.some((d) => d.digest === referrer.digest)) return
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [...known, referrer] }
    await this.putManifest(fallbackTag(subject), new TextEncoder().encode(JSON.stringify(index)), mediaTypes.index)
  }

  async #fallbackReferrers(digest: string): Promise<Descriptor[]> {
    const response = await this.#get(`manifests/${fallbackTag(digest)}`, mediaTypes.index)
    if (response.status === 404) return []
    if (response.status !== 200) throw this.#error(response, `referrers of ${digest}`)
    return manifestsOf(response.body)
  }

  #get(path: string, accept?: string): Promise<RegistryResponse> {
    return this.request(
      { method: 'GET', url: this.#url(path), ...(accept !== undefined && { headers: { accept } }) },
      'pull',
    )
  }

  /** Sends with a login when one is needed. Answers that ask to try later are tried again, if the body can be sent again. */
  async request(request: RegistryRequest, action: Action): Promise<RegistryResponse> {
    const { clock = systemClock, signal } = this.#options
    let loggedIn = false
    const isOurs = request.url.origin === this.base.origin
    // The registry said where to send it.
    if (!isOurs) await this.#refuseUnsafe(request.url)
    for (let attempt = 1; ; attempt++) {
      const authorization = isOurs ? this.#authorization.get(action) : undefined
      const headers = { ...request.headers, ...(authorization !== undefined && { authorization }) }
      let response: RegistryResponse
      try {
        response = await this.#options.send({ ...request, headers, signal })
      } catch (error) {
        const again = SanjhaError.is(error) && error.code === 'network_unreachable' && request.method !== 'PATCH'
        if (!again || attempt >= attempts) throw error
        await clock.sleep(200 * 2 ** attempt, signal)
        continue
      }
      // The login is the registry's own: nobody else may say where it is sent.
      if (response.status === 401 && !isOurs) throw noLoginFor(request.url.host, this.base.host)
      if (response.status === 401 && !loggedIn) {
        loggedIn = true
        await this.#logIn(response, action)
        continue
      }
      const busy = response.status === 429 || response.status === 503
      if (!busy || attempt >= attempts) return response
      const after = Number(response.headers.get('retry-after'))
      await clock.sleep(Number.isFinite(after) && after > 0 ? Math.min(after, 60) * 1000 : 200 * 2 ** attempt, signal)
    }
  }

  async #logIn(response: RegistryResponse, action: Action): Promise<void> {
    const challenge = parseChallenge(response.headers.get('www-authenticate'))
    this.#credentials ??= this.#options.credentials()
    const credentials = await this.#credentials
    const basic =
      credentials === undefined
        ? undefined
        : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
    if (challenge?.scheme === 'basic') {
      if (basic === undefined) throw this.#error(response, this.#options.repository)
      for (const each of ['pull', 'pull,push'] as const) this.#authorization.set(each, basic)
      return
    }
    if (challenge === null) throw this.#error(response, this.#options.repository)
    const realm = new URL(challenge.realm, this.base)
    await this.#refuseUnsafe(realm)
    if (challenge.service !== null) realm.searchParams.set('service', challenge.service)
    realm.searchParams.set('scope', challenge.scope ?? `repository:${this.#options.repository}:${action}`)
    const answer = await this.#options.send({
      method: 'GET',
      url: realm,
      ...(basic !== undefined && { headers: { authorization: basic } }),
      signal: this.#options.signal,
    })
    if (answer.status !== 200) throw this.#error(answer, this.#options.repository)
    const { token, access_token: accessToken } = parseJson(answer.body) as { token?: unknown; access_token?: unknown }
    const bearer = [token, accessToken].find((t) => typeof t === 'string' && t !== '')
    if (typeof bearer !== 'string') {
      throw new SanjhaError('upstream_error', `${realm.host} gave no token.`, { retryable: false })
    }
    this.#authorization.set(action, `Bearer ${bearer}`)
  }

  /** Where the registry leads us: as safe as it is itself, and not from the public internet into a private network. */
  async #refuseUnsafe(url: URL): Promise<void> {
    const { offline, lookup = systemLookup } = this.#options
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.base.protocol === 'http:')) {
      throw new SanjhaError('forbidden', `${this.base.host} leads to an address that is not safe (${url.origin}).`, {
        hint: 'From https only https is followed, also for a login.',
      })
    }
    if (offline === true && !isLocal(url.host)) throw offlineError(url.host)
    await refusePrivate(this.base, url, { lookup })
  }

  #url(path: string): URL {
    return new URL(path, this.base)
  }

  #error(response: RegistryResponse, what: string): SanjhaError {
    return registryError(response, this.base.host, what)
  }

  /** For uploads, which live in a file of their own. */
  error(response: RegistryResponse, what: string): SanjhaError {
    return this.#error(response, what)
  }
}

function noLoginFor(host: string, registry: string): SanjhaError {
  return new SanjhaError('unauthorized', `${host}, to which ${registry} leads, wants a login.`, {
    hint: `A login for ${registry} is given to no other host.`,
    details: { host, status: 401 },
  })
}

function fallbackTag(digest: string): string {
  return digest.replace(':', '-')
}

/** This machine, with or without a port. */
function isLocal(host: string): boolean {
  return isLoopbackHost(new URL(`http://${host}`).hostname)
}

function manifestsOf(body: Uint8Array): Descriptor[] {
  const { manifests } = parseJson(body) as { manifests?: unknown }
  if (!Array.isArray(manifests)) return []
  return manifests.filter(
    (m): m is Descriptor =>
      typeof m === 'object' &&
      m !== null &&
      typeof m.digest === 'string' &&
      isDigest(m.digest) &&
      typeof m.size === 'number',
  )
}

function parseJson(body: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Said below.
  }
  throw new SanjhaError('upstream_error', 'The registry sent an answer that is no JSON.', { retryable: false })
}
