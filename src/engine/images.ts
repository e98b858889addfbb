import { SanjhaError } from '../core/index.ts'
import type { ContentPart } from './contract.ts'

type ImagePart = Extract<ContentPart, { type: 'image' }>

/** Names the kinds by their first bytes: what a server or a client says about them is not believed. */
function sniffImage(bytes: Uint8Array): string | undefined {
  const begins = (...head: number[]): boolean => head.every((byte, i) => bytes[i] === byte)
  if (begins(0x89, 0x50, 0x4e, 0x47)) return 'image/png'
  if (begins(0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (begins(0x47, 0x49, 0x46, 0x38)) return 'image/gif'
  if (begins(0x52, 0x49, 0x46, 0x46) && Buffer.from(bytes.subarray(8, 12)).toString() === 'WEBP') return 'image/webp'
  if (begins(0x42, 0x4d)) return 'image/bmp'
  return undefined
}

/** An image from base64 text. Errors: `invalid_request` with `param`. */
export function imageFromBase64(data: string, param: string): ImagePart {
  const compact = data.replaceAll(/\s/g, '')
  if (compact === '' || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) {
    throw new SanjhaError('invalid_request', `\`${param}\` is not base64.`, { param })
  }
  return imageFromBytes(Buffer.from(compact, 'base64'), param)
}

/** An image of a kind that its first bytes name. Errors: `invalid_request` with `param`. */
export function imageFromBytes(bytes: Uint8Array, param: string): ImagePart {
  const mediaType = sniffImage(bytes)
  if (mediaType === undefined) {
    throw new SanjhaError('invalid_request', `\`${param}\` is not an image of a known kind.`, {
      param,
      hint: 'PNG, JPEG, GIF, WebP and BMP are read.',
    })
  }
  return { type: 'image', mediaType, data: bytes }
}

/** The image that a base64 `data:` URL holds. Errors: `invalid_request` with `param`. */
export function imageFromDataUrl(url: string, param: string): ImagePart {
  const comma = url.indexOf(',')
  const head = comma < 0 ? '' : url.slice(0, comma)
  if (!/^data:/i.test(head)) {
    throw new SanjhaError('invalid_request', `\`${param}\` is no data: URL.`, { param })
  }
  if (!/;\s*base64$/i.test(head)) {
    throw new SanjhaError('invalid_request', `\`${param}\` is a data: URL without base64 data.`, { param })
  }
  return imageFromBase64(url.slice(comma + 1), param)
}
