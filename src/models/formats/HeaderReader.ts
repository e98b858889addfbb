import { type ByteSource, invalidFile } from './ByteSource.ts'

const chunkBytes = 256 * 1024

/**
 * Reads numbers and strings from the front of a file, a chunk at a time. Nothing is allocated because a header claims
 * to be large: every length is compared with what is left of the file, and with `limit`, before it is believed.
 * Call `need` before the getters; they do not wait.
 */
export class HeaderReader {
  littleEndian = true
  readonly #source: ByteSource
  readonly #limit: number
  #buffer: DataView = new DataView(new ArrayBuffer(0))
  /** Offset in the file of the buffer's first byte. */
  #start = 0
  /** Offset in the buffer of the next byte; may lie beyond the buffer after `skip`. */
  #at = 0

  /** @param limit how many bytes a header may have */
  constructor(source: ByteSource, limit: number) {
    this.#source = source
    this.#limit = limit
  }

  get position(): number {
    return this.#start + this.#at
  }

  /** Bytes from here to the end of the file. */
  get remaining(): number {
    return this.#source.size - this.position
  }

  /** True when `bytes` can be read at once. Spares the hot loops an `await`. */
  has(bytes: number): boolean {
    return this.#at + bytes <= this.#buffer.byteLength
  }

  async need(bytes: number): Promise<void> {
    if (this.has(bytes)) return
    const position = this.position
    if (position + bytes > this.#source.size) {
      throw invalidFile(this.#source.name, 'it ends in the middle of its header')
    }
    this.#checkLimit(position + bytes)
    const length = Math.min(Math.max(bytes, chunkBytes), this.#source.size - position)
    const read = await this.#source.read(position, length)
    this.#buffer = new DataView(read.buffer, read.byteOffset, read.byteLength)
    this.#start = position
    this.#at = 0
  }

  skip(bytes: number): void {
    if (bytes > this.remaining) throw invalidFile(this.#source.name, 'it ends in the middle of its header')
    this.#checkLimit(this.position + bytes)
    this.#at += bytes
  }

  #checkLimit(position: number): void {
    if (position > this.#limit) {
      throw invalidFile(this.#source.name, `its header is longer than ${this.#limit / 1048576} MiB`)
    }
  }

  u8(): number {
    return this.#buffer.getUint8(this.#advance(1))
  }
  i8(): number {
    return this.#buffer.getInt8(this.#advance(1))
  }
  u16(): number {
    return this.#buffer.getUint16(this.#advance(2), this.littleEndian)
  }
  i16(): number {
    return this.#buffer.getInt16(this.#advance(2), this.littleEndian)
  }
  u32(): number {
    return this.#buffer.getUint32(this.#advance(4), this.littleEndian)
  }
  i32(): number {
    return this.#buffer.getInt32(this.#advance(4), this.littleEndian)
  }
  f32(): number {
    return this.#buffer.getFloat32(this.#advance(4), this.littleEndian)
  }
  f64(): number {
    return this.#buffer.getFloat64(this.#advance(8), this.littleEndian)
  }
  u64(): bigint {
    return this.#buffer.getBigUint64(this.#advance(8), this.littleEndian)
  }
  i64(): bigint {
    return this.#buffer.getBigInt64(this.#advance(8), this.littleEndian)
  }

  /** An unsigned 64-bit count, length or offset. Errors: `invalid_file` when no file could be that large. */
  size(): number {
    const at = this.#advance(8)
    const high = this.#buffer.getUint32(this.littleEndian ? at + 4 : at, this.littleEndian)
    const low = this.#buffer.getUint32(this.littleEndian ? at : at + 4, this.littleEndian)
    if (high > 0x1fffff) throw invalidFile(this.#source.name, 'a number in its header is impossibly large')
    return high * 0x1_0000_0000 + low
  }

  bytes(length: number): Uint8Array {
    const at = this.#advance(length)
    return new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset + at, length)
  }

  #advance(bytes: number): number {
    const at = this.#at
    this.#at += bytes
    return at
  }
}
