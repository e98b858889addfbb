import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type FaultyServer, startFaultyServer } from './faultyServer.ts'

export interface HubRepository {
  /** Path → content. Files of `*.gguf` and `*.safetensors` are kept as large files (LFS), the others in git. */
  readonly files: Readonly<Record<string, Uint8Array>>
  /** Besides `main`. */
  readonly revisions?: readonly string[]
  /** `gated`: everybody sees the list, only accepted tokens get the files. `private`: only accepted tokens see anything. */
  readonly access?: 'public' | 'gated' | 'private'
}

export interface HubServer {
  /** What HF_ENDPOINT is set to. */
  readonly endpoint: string
  /** Where large files really are; faults may be offered there. */
  readonly cdn: FaultyServer
  readonly requests: { readonly path: string; readonly authorization: string | undefined }[]
  repositories: Record<string, HubRepository>
  /** Tokens the hub knows, and whether their accounts have access to gated and private repositories. */
  tokens: Record<string, { readonly accepted: boolean }>
  /** Entries per page of a file list. */
  pageSize: number
  /** So many requests are answered with 429 first. */
  rateLimited: number
  /** Whether `/v2/…/manifests/…` exists, which mirrors often lack. */
  manifests: boolean
  cdnPath(content: Uint8Array): string
  close(): Promise<void>
}

/** The part of Hugging Face's HTTP interface that pulling models needs, on a free port of 127.0.0.1. */
export async function startHubServer(): Promise<HubServer> {
  const cdn = await startFaultyServer()
  const server = createServer((request, response) => answer(request, response, hub))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const hub: HubServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cdn,
    requests: [],
    repositories: {},
    tokens: {},
    pageSize: 1000,
    rateLimited: 0,
    manifests: true,
    cdnPath: (content) => `/repos/${sha256(content)}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await cdn.close()
    },
  }
  return hub
}

function answer(request: IncomingMessage, response: ServerResponse, hub: HubServer): void {
  const url = new URL(request.url ?? '/', hub.endpoint)
  hub.requests.push({ path: url.pathname + url.search, authorization: request.headers.authorization })
  const fail = (status: number, code: string, message: string, headers: Record<string, string> = {}): void => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-error-code': code,
      'x-error-message': message,
      ...headers,
    })
    response.end(JSON.stringify({ error: message }))
  }
  if (hub.rateLimited > 0) {
    hub.rateLimited--
    response.writeHead(429, { 'retry-after': '1' }).end()
    return
  }
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const account = token === undefined ? undefined : hub.tokens[token]
  if (token !== undefined && account === undefined) {
    response
      .writeHead(401, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: 'Invalid credentials in Authorization header' }))
    return
  }

  const tree = /^\/api\/models\/([^/]+\/[^/]+)\/tree\/([^/]+)$/.exec(url.pathname)
  const manifest = /^\/v2\/([^/]+\/[^/]+)\/manifests\/([^/]+)$/.exec(url.pathname)
  const file = /^\/([^/]+\/[^/]+)\/(resolve|raw)\/([^/]+)\/(.+)$/.exec(url.pathname)
  const name = tree?.[1] ?? manifest?.[1] ?? file?.[1] ?? ''
  const repository = hub.repositories[name]
  if (repository === undefined || (repository.access === 'private' && account?.accepted !== true)) {
    // The hub does not say whether a repository that one may not see exists.
    if (account === undefined)
      fail(401, 'RepoNotFound', 'Invalid username or password.', { 'www-authenticate': 'Bearer' })
    else fail(404, 'RepoNotFound', 'Repository not found')
    return
  }
  const revision = decodeURIComponent(tree?.[2] ?? file?.[3] ?? 'main')
  if (revision !== 'main' && !repository.revisions?.includes(revision)) {
    fail(404, 'RevisionNotFound', `Invalid rev id: ${revision}`)
    return
  }
  if (tree !== null) sendTree(response, url, repository, hub)
  else if (manifest !== null) sendManifest(response, decodeURIComponent(manifest[2]!), repository, hub, fail)
  else if (file !== null)
    sendFile(request, response, file[2]!, decodeURIComponent(file[4]!), name, repository, account?.accepted, hub, fail)
  else fail(404, 'EntryNotFound', 'Not found')
}

function sendTree(response: ServerResponse, url: URL, repository: HubRepository, hub: HubServer): void {
  const paths = Object.keys(repository.files).toSorted()
  const folders = new Set(paths.filter((p) => p.includes('/')).map((p) => p.slice(0, p.lastIndexOf('/'))))
  const entries: object[] = [...folders].map((path) => ({ type: 'directory', oid: '0'.repeat(40), size: 0, path }))
  for (const path of paths) {
    const content = repository.files[path]!
    const large = isLarge(path)
    entries.push({
      type: 'file',
      oid: gitId(large ? pointer(content) : content),
      size: content.byteLength,
      path,
      ...(large && {
        lfs: { oid: sha256(content), size: content.byteLength, pointerSize: pointer(content).byteLength },
      }),
    })
  }
  const from = Number(url.searchParams.get('cursor') ?? 0)
  const to = from + hub.pageSize
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' }
  if (to < entries.length) {
    const next = new URL(url)
    next.searchParams.set('cursor', String(to))
    headers['link'] = `<${next.href}>; rel="next"`
  }
  response.writeHead(200, headers).end(JSON.stringify(entries.slice(from, to)))
}

function sendManifest(
  response: ServerResponse,
  tag: string,
  repository: HubRepository,
  hub: HubServer,
  fail: (status: number, code: string, message: string) => void,
): void {
  const rfilename = Object.keys(repository.files).find(
    (p) => p.endsWith('.gguf') && (tag === 'latest' || p.toUpperCase().includes(tag.toUpperCase())),
  )
  if (!hub.manifests || rfilename === undefined) {
    fail(400, 'BadRequest', 'The specified tag is not a valid quantization scheme.')
    return
  }
  const content = repository.files[rfilename]!
  response.writeHead(200, { 'content-type': 'application/json' }).end(
    JSON.stringify({
      schemaVersion: 2,
      ggufFile: { rfilename, blobId: `sha256:${sha256(content)}`, size: content.byteLength },
    }),
  )
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  kind: string,
  path: string,
  name: string,
  repository: HubRepository,
  accepted: boolean | undefined,
  hub: HubServer,
  fail: (status: number, code: string, message: string) => void,
): void {
  const content = repository.files[path]
  if (content === undefined) {
    fail(404, 'EntryNotFound', 'Entry not found')
    return
  }
  if (repository.access === 'gated' && accepted !== true) {
    fail(accepted === undefined ? 401 : 403, 'GatedRepo', `Access to model ${name} is restricted.`)
    return
  }
  if (kind === 'raw' || !isLarge(path)) {
    const body = isLarge(path) ? pointer(content) : content
    response
      .writeHead(200, { etag: `"${gitId(body)}"`, 'content-length': body.byteLength })
      .end(request.method === 'HEAD' ? undefined : body)
    return
  }
  response
    .writeHead(302, {
      // Signed and short-lived in reality: never to be stored or shown.
      location: `${hub.cdn.url}${hub.cdnPath(content)}?X-Signature=secret`,
      'x-linked-etag': `"${sha256(content)}"`,
      'x-linked-size': content.byteLength,
      'x-repo-commit': '0'.repeat(40),
    })
    .end()
}

function isLarge(path: string): boolean {
  return /\.(?:gguf|safetensors)$/.test(path)
}

/** What git itself keeps of a large file. */
function pointer(content: Uint8Array): Buffer {
  return Buffer.from(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\nsize ${content.byteLength}\n`,
  )
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function gitId(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.byteLength}\0`).update(content).digest('hex')
}
