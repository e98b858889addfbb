import { nodeCrypto } from '../nodeCrypto.ts'

/** `sha256:` and 64 hex digits: what is kept of a key. Keys are long and random, so a plain digest suffices. */
export function hashApiKey(key: string): string {
  return `sha256:${nodeCrypto().createHash('sha256').update(key).digest('hex')}`
}

/** The first 12 hex digits of the matching hash, as the key's id, or null. Takes the same time whichever key it is. */
export function matchApiKey(key: string, hashes: readonly string[]): string | null {
  const { timingSafeEqual } = nodeCrypto()
  const presented = Buffer.from(hashApiKey(key))
  let found: string | null = null
  for (const hash of hashes) {
    const known = Buffer.from(hash)
    if (known.length === presented.length && timingSafeEqual(known, presented)) found = hash.slice(7, 19)
  }
  return found
}
