import type { Attachment } from './wire.ts'

/** Larger files fill every context that models here have. */
export const largestText = 512 * 1024
export const largestImage = 8 * 1024 * 1024
/** Beyond these the request itself would be refused. */
export const mostAttachments = 10

const imageTypes = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])

export type Refusal =
  | { readonly name: string; readonly why: 'binary' | 'vision' | 'many' }
  | { readonly name: string; readonly why: 'large'; readonly limit: number }

/** Files → what can go along with a question, and what cannot and why. */
export async function readAttachments(
  files: readonly File[],
  options: { readonly canSee: boolean; readonly already: number },
): Promise<{ readonly attachments: readonly Attachment[]; readonly refused: readonly Refusal[] }> {
  const attachments: Attachment[] = []
  const refused: Refusal[] = []
  for (const file of files) {
    if (options.already + attachments.length >= mostAttachments) {
      refused.push({ name: file.name, why: 'many' })
      continue
    }
    const read = await readAttachment(file, options.canSee)
    if ('why' in read) refused.push(read)
    else attachments.push(read)
  }
  return { attachments, refused }
}

async function readAttachment(file: File, canSee: boolean): Promise<Attachment | Refusal> {
  const { name } = file
  const isImage = imageTypes.has(file.type)
  if (isImage && !canSee) return { name, why: 'vision' }
  const limit = isImage ? largestImage : largestText
  if (file.size > limit) return { name, why: 'large', limit }
  const bytes = new Uint8Array(await file.arrayBuffer())
  if (isImage) return { type: 'image', name, url: `data:${file.type};base64,${toBase64(bytes)}` }
  const text = decode(bytes)
  return text === undefined ? { name, why: 'binary' } : { type: 'text', name, text }
}

/** Undefined: no text. */
function decode(bytes: Uint8Array): string | undefined {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}
