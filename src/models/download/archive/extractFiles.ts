import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { isNodeError, SanjhaError } from '../../../core/index.ts'
import { requireSpace } from '../diskSpace.ts'
import { Sink } from './sink.ts'
import { walkTar } from './tar.ts'

/** A file to take out of an archive, known beforehand to the last byte. */
export interface KnownMember {
  /** Its path in the archive. */
  readonly member: string
  /** Where it goes: an absolute path. Overwritten. */
  readonly target: string
  readonly size: number
  /** `sha256:` and 64 hex digits. */
  readonly digest: string
}

export interface ExtractFilesRequest {
  /** Path of a `.tar.gz`. */
  readonly archive: string
  /** What people call the archive. */
  readonly label: string
  readonly files: readonly KnownMember[]
  /** Where space is needed. */
  readonly directory: string
  readonly freeSpace?: ((directory: string) => Promise<number>) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Takes files out of an archive in one pass. Only what was asked for is written, only where it was asked for, and only
 * if it is, byte for byte, what was expected.
 * Errors: `digest_mismatch` for another file than expected, `invalid_file` when one is missing or the archive is damaged,
 * `disk_full`. After an error the target of the file it was about is gone; others may be there.
 */
export async function extractFiles(request: ExtractFilesRequest): Promise<void> {
  const { archive, label, files, directory, freeSpace, signal } = request
  const missing = new Map(files.map((file) => [file.member, file]))
  const total = files.reduce((sum, { size }) => sum + size, 0)
  await requireSpace(directory, total, label, freeSpace)
  const open: { sink: Sink; file: KnownMember }[] = []
  const finish = async (): Promise<void> => {
    const current = open.pop()
    if (current === undefined) return
    const { sink, file } = current
    try {
      const { digest } = await sink.finish()
      if (digest !== file.digest) throw otherFile(file, label, digest)
    } catch (error) {
      await rm(file.target, { force: true })
      throw error
    } finally {
      await sink.close()
    }
  }
  const begin = async (file: KnownMember): Promise<void> => {
    await finish()
    await mkdir(dirname(file.target), { recursive: true })
    open.push({ sink: await Sink.open(file.target, file.size, file.member), file })
  }
  // Their bytes never come, so nothing would begin them.
  const empty: KnownMember[] = []
  try {
    await pipeline(
      createReadStream(archive, { highWaterMark: 1 << 20 }),
      createGunzip({ chunkSize: 1 << 18 }),
      async (unpacked: AsyncIterable<Uint8Array>) => {
        await walkTar(unpacked, (entry) => {
          const file = missing.get(entry.path)
          if (file === undefined) return null
          // The first of two files with one path counts; the second is passed over.
          missing.delete(entry.path)
          if (entry.size !== file.size) throw otherFile(file, label, `${entry.size} bytes`)
          if (file.size === 0) empty.push(file)
          return async (bytes) => {
            if (open[0]?.file !== file) await begin(file)
            await open[0]?.sink.write(bytes)
          }
        })
        await finish()
        for (const file of empty) {
          await begin(file)
          await finish()
        }
        // What follows the end marker is read too, so that the compressed data are checked to their end.
        for await (const _ of unpacked);
      },
      signal ? { signal } : {},
    )
  } catch (error) {
    if (isNodeError(error) && /^(?:Z_|ERR_ZLIB)/.test(error.code ?? '')) {
      throw new SanjhaError('invalid_file', `${label} cannot be unpacked: its compressed data are damaged.`, {
        cause: error,
      })
    }
    throw error
  } finally {
    await open.pop()?.sink.close()
  }
  const [lost] = missing.keys()
  if (lost !== undefined) throw new SanjhaError('invalid_file', `${label} holds no file ${lost}.`)
}

function otherFile(file: KnownMember, label: string, found: string): SanjhaError {
  return new SanjhaError(
    'digest_mismatch',
    `${file.member} in ${label} is not the file that this version of Sanjha knows, so it is not kept.`,
    { details: { expected: file.digest, expectedSize: file.size, found } },
  )
}
