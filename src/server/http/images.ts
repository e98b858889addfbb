import { isIP } from 'node:net'
import { isPublicAddress, SanjhaError } from '../../core/index.ts'
import { type ContentPart, imageFromBytes, imageFromDataUrl } from '../../engine/index.ts'

export { imageFromBase64 } from '../../engine/index.ts'

type ImagePart = Extract<ContentPart, { type: 'image' }>

/** Fetches a public image. Errors: `invalid_request`, `forbidden`. */
export type FetchImage = (url: URL, signal: AbortSignal) => Promise<ImagePart>

const maxImageBytes = 20 * 1024 * 1024
const maxRedirects = 3

/** What an image URL stands for: the bytes of a `data:` URL, or a public address that may be fetched later. */
export type ImageSource = ImagePart | URL

/**
 * Reads an image URL without touching the network or the disk. Errors: `invalid_request` for what is no URL,
 * `forbidden` for schemes other than `data:`, `https:` and `http:` and for addresses that are not public.
 */
export function parseImageUrl(text: string, param: string): ImageSource {
  if (/^data:/i.test(text)) return imageFromDataUrl(text, param)
  const url = URL.parse(text)
  if (url === null) {
    throw new SanjhaError('invalid_request', `\`${param}\` is not a URL.`, {
      param,
      hint: 'Send the image itself as a data: URL; this server opens no files.',
    })
  }
  refuseUnlessPublic(url, param)
  return url
}

function refuseUnlessPublic(url: URL, param: string): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new SanjhaError(
      'forbidden',
      `\`${param}\` has the scheme ${url.protocol}, which this server does not open.`,
      {
        param,
        status: 400,
        hint: 'Send the image itself as a data: URL.',
      },
    )
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const local = /(^|\.)(localhost|local|internal|localdomain|home\.arpa)$/i.test(host.replace(/\.$/, ''))
  if (local || (isIP(host) !== 0 && !isPublicAddress(host))) throw notPublic(param)
}

function notPublic(param: string): SanjhaError {
  return new SanjhaError('forbidden', `\`${param}\` leads to an address that is not public.`, {
    param,
    status: 400,
    hint: 'Send the image itself as a data: URL.',
  })
}

/**
 * Fetches images from public addresses only. Redirects are followed by hand, each looked at in the same way.
 * @param fetch that itself refuses addresses that are not public while it connects (`Sanjha.publicFetch`)
 */
export function createImageFetcher(fetch: typeof globalThis.fetch): FetchImage {
  return async (url, signal) => {
    const param = 'image_url'
    let target = url
    for (let hop = 0; hop <= maxRedirects; hop++) {
      refuseUnlessPublic(target, param)
      const host = target.hostname.replace(/^\[|\]$/g, '')
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(10_000)])
      const response = await fetched(fetch(target, { redirect: 'manual', signal: inTime }), host, signal)
      const location = response.headers.get('location')
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel()
        const next = URL.parse(location, target.href)
        if (next === null) break
        target = next
        continue
      }
      if (!response.ok) {
        await response.body?.cancel()
        throw new SanjhaError('invalid_request', `The image’s server answered ${response.status}.`, { param })
      }
      return imageFromBytes(await fetched(readLimited(response, param), host, signal), param)
    }
    throw new SanjhaError('invalid_request', 'The image’s address redirects too often.', { param })
  }
}

/** What fails on the way to a foreign host is no defect of ours, unless we ended it ourselves. */
async function fetched<T>(work: Promise<T>, host: string, signal: AbortSignal): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (signal.aborted) throw error
    if (SanjhaError.is(error) && error.code === 'forbidden') throw notPublic('image_url')
    if (SanjhaError.is(error) && error.code !== 'network_unreachable') throw error
    throw new SanjhaError('invalid_request', `The image could not be fetched from ${host}.`, {
      cause: error,
      param: 'image_url',
      hint: 'Check that the address answers, or send the image itself as a data: URL.',
    })
  }
}

async function readLimited(response: Response, param: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > maxImageBytes) {
      throw new SanjhaError('payload_too_large', `The image is larger than ${maxImageBytes} bytes.`, { param })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
