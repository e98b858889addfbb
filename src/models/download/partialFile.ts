import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isNodeError, SanjhaError, writeFileAtomic } from '../../core/index.ts'
import type { BroughtFile, Expected } from './byteOrigin.ts'

/** What is known about the bytes of a partial file; kept beside it as JSON. */
interface PartialState {
  /** Where the bytes came from: a label, so never with credentials. */
  label: string
  /** A strong ETag or a Last-Modified date, for If-Range. */
  validator: string | null
  /** The whole file's size, as the source said. */
  size: number | null
  /** Bytes known to be on the disk itself, and not only in the system's memory. */
  synced: number
}

const syncEvery = 32 * 1024 * 1024

/**
 * A file that is being fetched: `NAME.part` with its `NAME.part.json`. Bytes are only ever appended, so after a kill
 * its length says how far it came; after a power cut, `synced` does. It gets its final name when it is whole and verified.
 */
export class PartialFile {
  readonly path: string
  #length = 0
  #state: PartialState
  #handle: FileHandle
  #hashes: Map<string, Hash>
  readonly #directory: string
  readonly #name: string
  readonly #algorithms: readonly string[]

  private constructor(
    directory: string,
    name: string,
    handle: FileHandle,
    state: PartialState,
    algorithms: readonly string[],
  ) {
    this.path = join(directory, `${name}.part`)
    this.#directory = directory
    this.#name = name
    this.#handle = handle
    this.#state = state
    this.#algorithms = algorithms
    this.#hashes = newHashes(algorithms)
  }

  get length(): number {
    return this.#length
  }

  get state(): Readonly<PartialState> {
    return this.#state
  }

  /**
   * Opens what is there, or begins anew. What is there is only trusted when a digest will be checked in the end, or
   * when it came from the same place and can be asked for by its validator.
   */
  static async open(
    directory: string,
    name: string,
    expected: Expected,
    label: string,
    openFile: typeof open = open,
    signal?: AbortSignal,
  ): Promise<PartialFile> {
    const stored = await readState(join(directory, `${name}.part.json`))
    const handle = await openFile(join(directory, `${name}.part`), 'a+')
    const usable =
      stored !== undefined && (expected.digest !== null || (stored.label === label && stored.validator !== null))
    const fresh = { label, validator: null, size: null, synced: 0 }
    const algorithms = ['sha256', ...(expected.digest?.startsWith('sha512:') ? ['sha512'] : [])]
    const state = usable ? { ...stored, ...(stored.label !== label && { label, validator: null, size: null }) } : fresh
    const partial = new PartialFile(directory, name, handle, state, algorithms)
    try {
      const { size } = await handle.stat()
      // Without a digest nobody would notice garbage that a power cut left at the end.
      const keep = usable ? (expected.digest !== null ? size : Math.min(size, stored.synced)) : 0
      const tooLong = expected.size !== null && keep > expected.size
      await partial.#cutTo(tooLong ? 0 : keep, signal)
      return partial
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Remembers where the bytes come from, before the first is written. */
  async describe(facts: { validator: string | null; size: number | null }): Promise<void> {
    this.#state = { ...this.#state, ...facts }
    // Not flushed, because the first bytes wait for it. Half a note is no note, and then the download begins anew.
    await writeFile(`${this.path}.json`, JSON.stringify(this.#state))
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.byteLength; ) {
      const { bytesWritten } = await this.#handle.write(bytes, written)
      const piece = bytes.subarray(written, written + bytesWritten)
      for (const hash of this.#hashes.values()) hash.update(piece)
      written += bytesWritten
      this.#length += bytesWritten
    }
    if (this.#length - this.#state.synced >= syncEvery) await this.flush()
  }

  /** Makes everything so far survive a power cut. */
  async flush(): Promise<void> {
    await this.#handle.sync()
    this.#state = { ...this.#state, synced: this.#length }
    await this.#writeState()
  }

  /** Begins again at the first byte. */
  async reset(): Promise<void> {
    await this.#cutTo(0)
    this.#state = { ...this.#state, validator: null, size: null, synced: 0 }
    await this.#writeState()
  }

  /** The digest so far, as `algorithm:hex`. */
  digest(algorithm: 'sha256' | 'sha512'): string {
    return `${algorithm}:${this.#hashes.get(algorithm)!.copy().digest('hex')}`
  }

  /** Gives the verified file its final name. */
  async finish(): Promise<BroughtFile> {
    await this.#handle.sync()
    await this.close()
    const file = { path: join(this.#directory, this.#name), size: this.#length, digest: this.digest('sha256') }
    await rename(this.path, file.path)
    await markBrought(this.#directory, this.#name, file)
    await rm(`${this.path}.json`, { force: true })
    return file
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
  }

  async discard(): Promise<void> {
    await this.close()
    await rm(this.path, { force: true })
    await rm(`${this.path}.json`, { force: true })
  }

  async #cutTo(length: number, signal?: AbortSignal): Promise<void> {
    await this.#handle.truncate(length)
    this.#hashes = newHashes(this.#algorithms)
    this.#length = length
    if (length === 0) return
    for await (const chunk of createReadStream(this.path, { highWaterMark: 1 << 20, ...(signal && { signal }) })) {
      for (const hash of this.#hashes.values()) hash.update(chunk as Buffer)
    }
  }

  async #writeState(): Promise<void> {
    await writeFileAtomic(`${this.path}.json`, JSON.stringify(this.#state))
  }
}

/** Leaves a note that `name` is whole, so that a kill between two files of a model does not cost the first one. */
export async function markBrought(directory: string, name: string, file: BroughtFile): Promise<void> {
  await writeFileAtomic(join(directory, `${name}.done.json`), JSON.stringify({ size: file.size, digest: file.digest }))
}

/** A whole file from an earlier attempt, hashed again; undefined when there is none or it is not what it was. */
export async function findBrought(
  directory: string,
  name: string,
  expected: Expected,
): Promise<BroughtFile | undefined> {
  const path = join(directory, name)
  let note: { size: number; digest: string }
  try {
    note = JSON.parse(await readFile(join(directory, `${name}.done.json`), 'utf8')) as typeof note
  } catch {
    return undefined
  }
  const wanted = expected.digest
  if (wanted?.startsWith('sha256:') && wanted !== note.digest) return undefined
  if (expected.size !== null && expected.size !== note.size) return undefined
  const algorithms = ['sha256', ...(wanted?.startsWith('sha512:') ? ['sha512'] : [])]
  const hashes = newHashes(algorithms)
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      for (const hash of hashes.values()) hash.update(chunk as Buffer)
    }
  } catch (error) {
    if (isNodeError(error) && error.code === 'ENOENT') return undefined
    throw error
  }
  const found = [...hashes].map(([algorithm, hash]) => `${algorithm}:${hash.digest('hex')}`)
  if (!found.includes(note.digest) || (wanted !== null && !found.includes(wanted))) return undefined
  return { path, size: note.size, digest: note.digest }
}

/** Staged files are named by us; a name that could leave the folder is a defect. */
export function assertPlainName(name: string): void {
  if (!/^[\p{L}\p{N}_+=@ ()~,-][\p{L}\p{M}\p{N}._+=@ ()~,'&%#![\]-]*$/u.test(name) || Buffer.byteLength(name) > 200) {
    throw new SanjhaError('invalid_reference', `\`${name}\` is no file name that can be stored.`, {
      hint: 'Download the file yourself, give it a plain name, and name it with file://.',
    })
  }
}

function newHashes(algorithms: readonly string[]): Map<string, Hash> {
  return new Map(algorithms.map((algorithm) => [algorithm, createHash(algorithm)]))
}

async function readState(path: string): Promise<PartialState | undefined> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as Partial<PartialState>
    if (typeof value.label !== 'string' || typeof value.synced !== 'number') return undefined
    return {
      label: value.label,
      validator: typeof value.validator === 'string' ? value.validator : null,
      size: typeof value.size === 'number' ? value.size : null,
      synced: value.synced,
    }
  } catch {
    return undefined
  }
}
