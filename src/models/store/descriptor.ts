import type { Descriptor } from '../contract.ts'
import { isDigest } from '../digest.ts'

/** True for what OCI calls a content descriptor, of content that a store by SHA-256 can hold. */
export function isDescriptor(value: unknown): value is Descriptor {
  const it = value as Partial<Descriptor> | null
  return (
    typeof it === 'object' &&
    it !== null &&
    typeof it.mediaType === 'string' &&
    typeof it.digest === 'string' &&
    isDigest(it.digest) &&
    Number.isSafeInteger(it.size) &&
    (it.size ?? -1) >= 0 &&
    (it.annotations === undefined ||
      (typeof it.annotations === 'object' &&
        it.annotations !== null &&
        Object.values(it.annotations).every((v) => typeof v === 'string')))
  )
}
