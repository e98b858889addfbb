import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { isNodeError, SanjhaError } from '../../../core/index.ts'
import { requireSpace } from '../diskSpace.ts'
import { chooseMember } from './chooseMember.ts'
import { type Extracted, Sink } from './sink.ts'
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
