import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type FaultyServer, startFaultyServer } from './faultyServer.ts'

export interface PackageIndex {
  /** The Python index, ending in `/simple/`. */
  readonly pypi: string
  /** The npm registry, ending in `/`. */
  readonly npm: string
  /** Where the archives are; faults may be offered there. */
  readonly files: FaultyServer
  readonly requests: {
    readonly path: string
    readonly authorization: string | undefined
    readonly accept: string | undefined
  }[]
  /** Normalised package name → file name → archive. */
  python: Record<string, Record<string, { content: Uint8Array; yanked?: boolean; sha256?: string | null }>>
  /** Package name → version → tarball. */
  node: Record<string, Record<string, { content: Uint8Array; integrity?: string | null }>>
  /** Which form of the Python index it speaks. */
  form: 'json' | 'html'
  /** The Authorization header that it wants, or null. */
  login: string | null
  close(): Promise<void>
}

/** A Python index (PEP 503 and 691) and an npm registry, on a free port of 127.0.0.1. */
export async function startPackageIndex(): Promise<PackageIndex> {
  const files = await startFaultyServer()
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const { authorization, accept } = request.headers
    index.requests.push({ path: pathname, authorization, accept })
    if (index.login !== null && authorization !== index.login) {
      response.writeHead(401, { 'content-type': 'text/plain' }).end('log in first')
      return
    }
    const name = /^\/simple\/([^/]+)\/$/.exec(pathname)?.[1]
    const [type, body] =
      name !== undefined
        ? pythonPage(index, name)
        : npmDocument(index, decodeURIComponent(pathname.replace(/^\/npm\//, '')))
    if (body === null) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': type }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const index: PackageIndex = {
    pypi: `${url}/simple/`,
    npm: `${url}/npm/`,
    files,
    requests: [],
    python: {},
    node: {},
    form: 'json',
    login: null,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await files.close()
    },
  }
  return index
}

function pythonPage(index: PackageIndex, name: string): [string, string | null] {
  const project = index.python[name]
  if (project === undefined) return ['text/plain', null]
  const entries = Object.entries(project).map(([filename, { content, yanked = false, sha256 }]) => ({
    filename,
    url: offered(index, `/files/${filename}`, content),
    hashes: sha256 === null ? {} : { sha256: sha256 ?? createHash('sha256').update(content).digest('hex') },
    size: content.byteLength,
    yanked,
  }))
  if (index.form === 'json') {
    return [
      'application/vnd.pypi.simple.v1+json',
      JSON.stringify({ meta: { 'api-version': '1.1' }, name, files: entries }),
    ]
  }
  const links = entries.map(
    ({ filename, url, hashes, yanked }) =>
      `    <a href="${url}${'sha256' in hashes ? `#sha256=${hashes.sha256}` : ''}" data-requires-python="&gt;=3.9"${yanked ? ' data-yanked=""' : ''}>${filename}</a><br/>`,
  )
  return [
    'text/html; charset=UTF-8',
    `<!DOCTYPE html>\n<html><body><h1>Links for ${name}</h1>\n${links.join('\n')}\n</body></html>`,
  ]
}

function npmDocument(index: PackageIndex, name: string): [string, string | null] {
  const versions = index.node[name]
  if (versions === undefined) return ['text/plain', null]
  const entries = Object.entries(versions).map(([version, { content, integrity }]) => [
    version,
    {
      name,
      version,
      dist: {
        tarball: offered(index, `/tarballs/${name}-${version}.tgz`, content),
        shasum: createHash('sha1').update(content).digest('hex'),
        ...(integrity !== null && {
          integrity: integrity ?? `sha512-${createHash('sha512').update(content).digest('base64')}`,
        }),
      },
    },
  ])
  const latest = Object.keys(versions).at(-1)
  return [
    'application/vnd.npm.install-v1+json',
    JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(entries) }),
  ]
}

/** Faults that a test has put there stay. */
function offered(index: PackageIndex, path: string, content: Uint8Array): string {
  if (!index.files.has(path)) index.files.offer(path, content)
  return `${index.files.url}${path}`
}
