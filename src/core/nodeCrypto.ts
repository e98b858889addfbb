import type * as crypto from 'node:crypto'

/** `node:crypto`, loaded when it is first used: that takes 10 ms, a tenth of what `sanjha list` may take in all. */
export function nodeCrypto(): typeof crypto {
  return process.getBuiltinModule('node:crypto')
}

/** So many random bytes, as hex digits. */
export function randomHex(bytes: number): string {
  return nodeCrypto().randomBytes(bytes).toString('hex')
}
