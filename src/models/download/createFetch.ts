import { readFile } from 'node:fs/promises'
import { getCACertificates } from 'node:tls'
import { SanjhaError } from '../../core/index.ts'
import type { ConnectionSettings } from './byteOrigin.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * A `fetch` that honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY (either case), and a connection's own proxy and
 * certificates. Node's built-in one is returned as it is when none of these is set, because importing undici takes time.
 * Errors: `invalid_config` when a certificate file cannot be read.
 */
export async function createFetch(env: Env, connection: ConnectionSettings = {}): Promise<typeof globalThis.fetch> {
  const httpProxy = env['http_proxy'] || env['HTTP_PROXY']
  const httpsProxy = connection.proxy || env['https_proxy'] || env['HTTPS_PROXY']
  const noProxy = env['no_proxy'] || env['NO_PROXY']
  const caFiles = connection.caFiles ?? []
  if (!httpProxy && !httpsProxy && caFiles.length === 0) return globalThis.fetch

  const undici = await import('undici')
  const ca = caFiles.length === 0 ? undefined : [...getCACertificates('default'), ...(await readAll(caFiles))]
  const tls = ca === undefined ? {} : { connect: { ca }, requestTls: { ca }, proxyTls: { ca } }
  const plainProxy = connection.proxy || httpProxy
  const dispatcher = new undici.EnvHttpProxyAgent({
    ...tls,
    // Empty strings keep undici from reading process.env behind our back.
    httpProxy: plainProxy ?? '',
    httpsProxy: httpsProxy ?? '',
    noProxy: noProxy ?? '',
  })
  return ((input: string, init?: object) => undici.fetch(input, { ...init, dispatcher })) as unknown as typeof fetch
}

async function readAll(files: readonly string[]): Promise<string[]> {
  return await Promise.all(
    files.map(async (file) => {
      try {
        return await readFile(file, 'utf8')
      } catch (error) {
        throw new SanjhaError('invalid_config', `The certificate file ${file} cannot be read.`, {
          cause: error,
          hint: 'It is named in the settings of pip, uv or npm, or in PIP_CERT: correct it there.',
        })
      }
    }),
  )
}
