import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { SanjhaError } from '../../../core/index.ts'
import { spaceError } from '../diskSpace.ts'

export interface Extracted {
  readonly size: number
  /** `sha256:` and 64 hex digits. */
  readonly digest: string
}

/** Writes, hashes and counts; refuses more bytes than were announced, so a bomb does not fill the disk. */
export class Sink {
  crc32 = 0
  #size = 0
  readonly #sha256 = createHash('sha256')
  readonly #file: Awaited<ReturnType<typeof open>>
  readonly #announced: number
  readonly #label: string

  private constructor(file: Awaited<ReturnType<typeof open>>, announced: number, label: string) {
    this.#file = file
    this.#announced = announced
    this.#label = label
  }

  static async open(path: string, announced: number, label: string): Promise<Sink> {
    return new Sink(await open(path, 'w'), announced, label)
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#size + bytes.length > this.#announced) {
      throw new SanjhaError('invalid_file', `${this.#label} is larger than its archive says.`)
    }
    try {
      await this.#file.writeFile(bytes)
    } catch (error) {
      throw spaceError(error, this.#label, this.#size, this.#announced)
    }
    this.#sha256.update(bytes)
    this.crc32 = crc32(bytes, this.crc32)
    this.#size += bytes.length
  }

  async finish(): Promise<Extracted> {
    if (this.#size !== this.#announced)
      throw new SanjhaError('invalid_file', `${this.#label} is shorter than its archive says.`)
    await this.#file.sync()
    return { size: this.#size, digest: `sha256:${this.#sha256.digest('hex')}` }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
