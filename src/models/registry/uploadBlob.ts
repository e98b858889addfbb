import { type Clock, SanjhaError, systemClock } from '../../core/index.ts'
import type { RegistryClient } from './RegistryClient.ts'
import type { FileSlice, RegistryResponse } from './sendRequest.ts'

export interface BlobUpload {
  readonly digest: string
  readonly size: number
  /** The bytes, or the file that holds them. */
  readonly from: Uint8Array | string
}

export interface UploadOptions {
  /** Larger blobs are sent in pieces, so that a broken connection costs one piece. Bytes. */
  readonly chunkBytes?: number
  /** Another repository of the registry that may have the blob already. */
  readonly mountFrom?: string
  readonly onSent?: (bytes: number) => void
  readonly clock?: Clock
  readonly signal?: AbortSignal | undefined
}

const defaultChunk = 32 * 1024 * 1024
/** Failures in a row, without a byte of progress, before an upload is given up. */
const maxFailures = 5

/**
 * Brings a blob into a repository: not at all when it is there, by mounting it from another repository, in one request,
 * or in pieces that are resumed where the registry says it stopped. Errors: those of the client.
 */
export async function uploadBlob(
  client: RegistryClient,
  blob: BlobUpload,
  options: UploadOptions = {},
): Promise<'present' | 'mounted' | 'sent'> {
  const { chunkBytes = defaultChunk, mountFrom, onSent } = options
  if (await client.hasBlob(blob.digest)) {
    onSent?.(blob.size)
    return 'present'
  }
  const start = new URL('blobs/uploads/', client.base)
  if (mountFrom !== undefined) {
    start.searchParams.set('mount', blob.digest)
    start.searchParams.set('from', mountFrom)
  }
  const begun = await client.request({ method: 'POST', url: start }, 'pull,push')
  if (begun.status === 201) {
    onSent?.(blob.size)
    return 'mounted'
  }
  if (begun.status !== 202) throw client.error(begun, `blob ${blob.digest}`)
  const whole = blob.size <= chunkBytes
  const location = whole
    ? locationOf(client, begun)
    : await sendPieces(client, blob, locationOf(client, begun), options)
  const url = new URL(location)
  url.searchParams.set('digest', blob.digest)
  const done = await client.request(
    {
      method: 'PUT',
      url,
      headers: { 'content-type': 'application/octet-stream' },
      ...(whole && { body: slice(blob, 0, blob.size), ...(onSent && { onSent }) }),
    },
    'pull,push',
  )
  if (done.status !== 201) throw client.error(done, `blob ${blob.digest}`)
  onSent?.(blob.size)
  return 'sent'
}

async function sendPieces(client: RegistryClient, blob: BlobUpload, begun: URL, options: UploadOptions): Promise<URL> {
  const { chunkBytes = defaultChunk, onSent, clock = systemClock, signal } = options
  let location = begun
  let offset = 0
  let failures = 0
  let restarts = 0
  while (offset < blob.size) {
    const end = Math.min(offset + chunkBytes, blob.size)
    try {
      const response = await client.request(
        {
          method: 'PATCH',
          url: location,
          headers: {
            'content-type': 'application/octet-stream',
            'content-range': `${offset}-${end - 1}`,
          },
          body: slice(blob, offset, end),
          onSent: (sent) => onSent?.(offset + sent),
        },
        'pull,push',
      )
      if (response.status === 202) {
        location = locationOf(client, response, location)
        offset = received(response) ?? end
        failures = 0
        continue
      }
      if (response.status !== 416 && response.status < 500) throw client.error(response, `blob ${blob.digest}`)
      if (++failures >= maxFailures) throw client.error(response, `blob ${blob.digest}`)
    } catch (error) {
      if (!SanjhaError.is(error) || error.code !== 'network_unreachable' || ++failures >= maxFailures) throw error
    }
    await clock.sleep(200 * 2 ** failures, signal)
    // How far did it get? What it has need not be sent again.
    const status = await client.request({ method: 'GET', url: location }, 'pull,push')
    if (status.status === 204) {
      location = locationOf(client, status, location)
      offset = received(status) ?? 0
      continue
    }
    // Docker's registry forgets an upload of which a piece was cut; then only beginning again helps.
    const again = await client.request({ method: 'POST', url: new URL('blobs/uploads/', client.base) }, 'pull,push')
    if (again.status !== 202 || ++restarts >= maxFailures) throw client.error(status, `upload of ${blob.digest}`)
    location = locationOf(client, again)
    offset = 0
  }
  return location
}

function slice(blob: BlobUpload, start: number, end: number): Uint8Array | FileSlice {
  return typeof blob.from === 'string' ? { path: blob.from, start, end } : blob.from.subarray(start, end)
}

/** The number of bytes that the registry has, from `Range: 0-LAST`. */
function received(response: RegistryResponse): number | null {
  const last = /^(?:bytes=)?0-(\d+)$/.exec(response.headers.get('range') ?? '')?.[1]
  return last === undefined ? null : Number(last) === 0 ? 0 : Number(last) + 1
}

function locationOf(client: RegistryClient, response: RegistryResponse, before: URL = client.base): URL {
  const location = response.headers.get('location')
  if (location === null) {
    if (before !== client.base) return before
    throw new SanjhaError('upstream_error', `${client.base.host} does not say where to send the blob.`, {
      retryable: false,
    })
  }
  return new URL(location, before)
}
