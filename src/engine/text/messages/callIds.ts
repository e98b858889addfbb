import { createHash, randomBytes } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const alphanumeric = (bytes: Uint8Array, length: number): string =>
  Array.from(bytes.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join('')

/** `call` is OpenAI's form; `mistral9` is what Mistral's templates insist on: nine letters or digits. */
export type CallIdStyle = 'call' | 'mistral9'

export function newCallId(style: CallIdStyle): string {
  return style === 'mistral9' ? alphanumeric(randomBytes(9), 9) : `call_${alphanumeric(randomBytes(24), 24)}`
}

/** An id in the form that the template takes. The same id always becomes the same one, so calls and results still match. */
export function fitCallId(id: string, style: CallIdStyle): string {
  if (style === 'call' || /^[A-Za-z0-9]{9}$/.test(id)) return id
  return alphanumeric(createHash('sha256').update(id).digest(), 9)
}
