import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { crc32, createGunzip } from 'node:zlib'
import { isNodeError, SanjhaError } from '../../../core/index.ts'
import { requireSpace, spaceError } from '../diskSpace.ts'
import { chooseMember } from './chooseMember.ts'
import { walkTar } from './tar.ts'
import { listZip, openZipEntry } from './zip.ts'

export interface ExtractRequest {
  readonly archive: string
  readonly format: 'zip' | 'tar.gz'
  /** What people call the archive. */
  readonly label: string
  readonly member: string
  /** Overwritten. Names inside the archive never decide where bytes go. */
  readonly target: string
  readonly directory: string
  readonly freeSpace?: ((directory: string) => Promise<number>) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Extracted {
  readonly size: number
  /** `sha256:` and 64 hex digits. */
  readonly digest: string
}

/**
 * Takes one file out of an archive, in a stream: neither the archive nor the file is ever whole in memory, and no other
 * file is written. Length (and, in a ZIP, checksum) are verified.
 * Errors: `model_not_found`, `invalid_reference` (ambiguous), `invalid_file`, `disk_full`.
 */
export async function extractMember(request: ExtractRequest): Promise<Extracted> {
  try {
    return request.format === 'zip' ? await fromZip(request) : await fromTar(request)
  } catch (error) {
    if (isNodeError(error) && /^(?:Z_|ERR_ZLIB)/.test(error.code ?? '')) {
      throw new SanjhaError('invalid_file', `${request.label} cannot be unpacked: its compressed data are damaged.`, {
        cause: error,
      })
    }
    throw error
  }
}

async function fromZip(request: ExtractRequest): Promise<Extracted> {
  const file = await open(request.archive, 'r')
  try {
    const entries = await listZip(file)
    const path = chooseMember(
      entries.filter((e) => !e.path.endsWith('/')).map((e) => e.path),
      request.member,
      request.label,
    )
    const entry = entries.find((e) => e.path === path)!
    await requireSpace(request.directory, entry.size, path, request.freeSpace)
    const sink = await Sink.open(request.target, entry.size, path)
    try {
      for await (const chunk of await openZipEntry(file, entry)) {
        request.signal?.throwIfAborted()
        await sink.write(chunk as Uint8Array)
      }
      const result = await sink.finish()
      if (sink.crc32 !== entry.crc32)
        throw new SanjhaError('invalid_file', `${path} in ${request.label} is damaged: its checksum is wrong.`)
      return result
    } finally {
      await sink.close()
    }
  } finally {
    await file.close()
  }
}

async function fromTar(request: ExtractRequest): Promise<Extracted> {
  // Two passes: the first for the names, so that an ambiguous one is an error and not the first that comes.
  const sizes = new Map<string, number>()
  await walk(request, (entry) => {
    sizes.set(entry.path, entry.size)
    return null
  })
  const path = chooseMember([...sizes.keys()], request.member, request.label)
  const size = sizes.get(path)!
  await requireSpace(request.directory, size, path, request.freeSpace)
  const sink = await Sink.open(request.target, size, path)
  try {
    let seen = false
    await walk(request, (entry) => {
      if (entry.path !== path || seen) return null
      seen = true
      return async (bytes) => await sink.write(bytes)
    })
    return await sink.finish()
  } finally {
    await sink.close()
  }
}

async function walk(request: ExtractRequest, visit: Parameters<typeof walkTar>[1]): Promise<void> {
  await pipeline(
    createReadStream(request.archive, { highWaterMark: 1 << 20 }),
    createGunzip({ chunkSize: 1 << 18 }),
    async (unpacked: AsyncIterable<Uint8Array>) => {
      await walkTar(unpacked, visit)
      // What follows the end marker is read too, so that the compressed data are checked to their end.
      for await (const _ of unpacked);
    },
    request.signal ? { signal: request.signal } : {},
  )
}

/** Writes, hashes and counts; refuses more bytes than were announced, so a bomb does not fill the disk. */
class Sink {
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
