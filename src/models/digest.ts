import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { nodeCrypto } from '../core/index.ts'

/** True for `sha256:` and exactly 64 lower-case hex digits. */
export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text)
}

/** The digest of bytes in memory. */
export function digestOf(content: Uint8Array | string): string {
  return `sha256:${nodeCrypto().createHash('sha256').update(content).digest('hex')}`
}

/** The digest of a file, read in pieces. */
export async function digestOfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = nodeCrypto().createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, signal === undefined ? {} : { signal })
  return `sha256:${hash.digest('hex')}`
}
