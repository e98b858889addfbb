import { SanjhaError } from '../../../core/index.ts'

/** One file of a tar archive. */
export interface TarEntry {
  readonly path: string
  readonly size: number
}

const block = 512
/** Long names and pax records are a few hundred bytes; more is an attack. */
const largestRecord = 1 << 20

/**
 * Walks through a tar stream (POSIX ustar and pax, GNU long names). For each regular file, `visit` says what takes its
 * bytes: a function, or null to pass over them. Errors: `invalid_file`.
 */
export async function walkTar(
  stream: AsyncIterable<Uint8Array>,
  visit: (entry: TarEntry) => ((bytes: Uint8Array) => Promise<void>) | null,
): Promise<void> {
  const reader = new BlockReader(stream)
  let longPath: string | null = null
  let longSize: number | null = null
  for (;;) {
    const header = await reader.take(block, true)
    // The end is two blocks of zeros; some archives just end.
    if (header === undefined || header.every((byte) => byte === 0)) return
    checkSum(header)
    const type = String.fromCharCode(header[156] ?? 0)
    const declared = numberAt(header, 124, 12)
    if (type === 'x' || type === 'L' || type === 'g') {
      if (declared > largestRecord) throw broken('a name in it is impossibly long')
      const record = (await reader.take(declared))!
      await reader.skip(padding(declared))
      if (type === 'L') longPath = text(record)
      if (type === 'x') {
        const pax = parsePax(record)
        longPath = pax.get('path') ?? longPath
        longSize = pax.has('size') ? integer(pax.get('size')!) : longSize
      }
      continue
    }
    const size = longSize ?? declared
    const path = longPath ?? ustarPath(header)
    longPath = null
    longSize = null
    const taker = type === '0' || type === '\0' ? visit({ path, size }) : null
    if (taker === null) await reader.skip(size)
    else await reader.pass(size, taker)
    await reader.skip(padding(size))
  }
}

class BlockReader {
  readonly #iterator: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#iterator = stream[Symbol.asyncIterator]()
  }

  /** Exactly `length` bytes; undefined only when `mayEnd` and the stream is over. */
  async take(length: number, mayEnd = false): Promise<Buffer | undefined> {
    if (mayEnd && this.#rest.length === 0 && !(await this.#fill())) return undefined
    const pieces: Uint8Array[] = []
    await this.pass(length, async (bytes) => void pieces.push(bytes))
    return Buffer.concat(pieces)
  }

  async pass(length: number, to: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#fill())) throw broken('it ends too early')
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      left -= piece.length
      await to(piece)
    }
  }

  async skip(length: number): Promise<void> {
    await this.pass(length, async () => undefined)
  }

  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#iterator.next()
      if (done) return false
      this.#rest = value
    }
    return true
  }
}

function padding(size: number): number {
  return (block - (size % block)) % block
}

/** The sum of all bytes, its own field counted as spaces. */
function checkSum(header: Buffer): void {
  let sum = 0
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!
  if (sum !== numberAt(header, 148, 8)) throw broken('a header in it is damaged')
}

/** Octal digits, or base 256 when the first bit is set. */
function numberAt(header: Buffer, at: number, length: number): number {
  if ((header[at]! & 0x80) !== 0) {
    let value = BigInt(header[at]! & 0x7f)
    for (let i = 1; i < length; i++) value = (value << 8n) | BigInt(header[at + i]!)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('it states an impossible size')
    return Number(value)
  }
  const digits = text(header.subarray(at, at + length)).trim()
  if (!/^[0-7]*$/.test(digits)) throw broken('a header in it is damaged')
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

function ustarPath(header: Buffer): string {
  const name = text(header.subarray(0, 100))
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? text(header.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** `LENGTH key=value\n`, where LENGTH counts the whole line in bytes. */
function parsePax(record: Buffer): Map<string, string> {
  const pairs = new Map<string, string>()
  for (let at = 0; at < record.length; ) {
    const space = record.indexOf(0x20, at)
    const length = space < 0 ? Number.NaN : integer(record.toString('latin1', at, space))
    if (!(length > space - at) || at + length > record.length) throw broken('a header in it is damaged')
    const line = record.toString('utf8', space + 1, at + length - 1)
    const equals = line.indexOf('=')
    pairs.set(line.slice(0, equals), line.slice(equals + 1))
    at += length
  }
  return pairs
}

function integer(digits: string): number {
  const value = /^\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN
  if (Number.isNaN(value)) throw broken('a header in it is damaged')
  return value
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}

function broken(why: string): SanjhaError {
  return new SanjhaError('invalid_file', `The archive cannot be read: ${why}.`)
}
