import { nodeCrypto } from './nodeCrypto.ts'

// No i, l, o, u: nothing to misread.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

let lastTime = 0

/**
 * An id such as `run_01k4z8q0e7m3c5x2v9hbt6wn1d`: 48 bits of time and 80 random bits, in base 32. Ids made by one process
 * are in the order of their making; ids of several processes are in the order of their clocks.
 * @param now milliseconds since 1970
 */
export function sortableId(prefix: string, now: number): string {
  // Two ids of one millisecond: the later one borrows the next millisecond. A clock set back changes nothing either.
  lastTime = Math.max(now, lastTime + 1)
  let time = lastTime
  let text = ''
  for (let i = 0; i < 10; i++) {
    text = (alphabet[time % 32] as string) + text
    time = Math.floor(time / 32)
  }
  for (const byte of nodeCrypto().randomBytes(16)) text += alphabet[byte % 32]
  return `${prefix}_${text}`
}
