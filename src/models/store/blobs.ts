import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isNodeError, randomHex, SanjhaError } from '../../core/index.ts'
import { digestOf, isDigest } from '../digest.ts'

/** The content-addressed files of a layout: `blobs/sha256/<hex>`. A blob is written once, whole, and never changed. */
export interface Blobs {
  readonly directory: string
  path(digest: string): string
  /** Bytes; undefined if it is not there. */
  size(digest: string): Promise<number | undefined>
  /** Changes when another file takes its place or its bytes are changed; undefined if it is not there. */
  stamp(digest: string): Promise<string | undefined>
  /** Errors: `not_found`, `invalid_file` when it is larger than `limit` or not what its digest says. */
  read(digest: string, limit?: number): Promise<Uint8Array>
  /** Stores bytes; returns their digest. Does nothing if they are there whole. */
  write(content: Uint8Array): Promise<string>
  /** Moves a flushed file to its place, also where one is: that may be damaged. Call `flush` on it first. */
  place(path: string, digest: string, size: number): Promise<void>
}

/** The name of a blob that is being written. */
export function isTemporary(name: string): boolean {
  return /^\.\d+\.[0-9a-f]+\.tmp$/.test(name)
}

const defaultLimit = 4 * 1024 * 1024

export function openBlobs(root: string): Blobs {
  const directory = join(root, 'blobs', 'sha256')
  const pathOf = (digest: string): string => {
    if (!isDigest(digest)) throw new SanjhaError('invalid_request', `\`${digest}\` is not a SHA-256 digest.`)
    return join(directory, digest.slice('sha256:'.length))
  }
  const sizeOf = async (digest: string): Promise<number | undefined> => {
    try {
      return (await stat(pathOf(digest))).size
    } catch (error) {
      if (isNodeError(error) && error.code === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    directory,
    path: pathOf,
    size: sizeOf,
    stamp: async (digest) => {
      try {
        const { ino, size, mtimeNs } = await stat(pathOf(digest), { bigint: true })
        return `${ino}:${size}:${mtimeNs}`
      } catch (error) {
        if (isNodeError(error) && error.code === 'ENOENT') return undefined
        throw error
      }
    },
    read: async (digest, limit = defaultLimit) => {
      const size = await sizeOf(digest)
      if (size === undefined) throw new SanjhaError('not_found', `The store has no blob ${digest}.`)
      if (size > limit) throw new SanjhaError('invalid_file', `The blob ${digest} is larger than ${limit} bytes.`)
      const content = await readFile(pathOf(digest))
      if (digestOf(content) !== digest) {
        throw new SanjhaError('invalid_file', `The blob ${digest} in the store is damaged.`, {
          hint: 'Run `sanjha verify` to find what is damaged, and pull that model again.',
        })
      }
      return content
    },
    write: async (content) => {
      const digest = digestOf(content)
      const present = (await sizeOf(digest)) === content.byteLength
      if (present && digestOf(await readFile(pathOf(digest))) === digest) return digest
      await mkdir(directory, { recursive: true })
      const temporary = join(directory, `.${process.pid}.${randomHex(4)}.tmp`)
      try {
        await writeFile(temporary, content, { flag: 'wx' })
        await flush(temporary)
        await rename(temporary, pathOf(digest))
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
      return digest
    },
    place: async (path, digest, size) => {
      const target = pathOf(digest)
      if (path === target) {
        if ((await sizeOf(digest)) === size) return
        throw new SanjhaError('conflict', 'Another process removed a part of this model from the store meanwhile.', {
          retryable: true,
          hint: 'Try again.',
        })
      }
      await mkdir(dirname(target), { recursive: true })
      await rename(path, target)
    },
  }
}

/** Makes a file's bytes durable, so that a later rename never names a file whose bytes a power cut takes. */
export async function flush(path: string): Promise<void> {
  // Windows flushes only what is open for writing; elsewhere a file may be one that we must not write to.
  const handle = await open(path, process.platform === 'win32' ? 'r+' : 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
