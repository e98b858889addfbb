import { lstat, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { acquireFileLock, isNodeError, SanjhaError } from '../../core/index.ts'
import { isDigest } from '../digest.ts'
import { lockSuffix } from '../stagingLock.ts'
import { type Blobs, isTemporary } from './blobs.ts'
import type { LayoutIndex } from './layout.ts'

/** Larger than any manifest; a layer is never read. */
const manifestLimit = 64 * 1024 * 1024

/**
 * Every digest that the index reaches: manifests, indexes in it and what they list, configs and layers, whichever tool put
 * them there. A manifest that is damaged still keeps the files that the index knows of it.
 */
export async function reachable(
  index: Pick<LayoutIndex, 'models' | 'referrers' | 'others'>,
  blobs: Blobs,
): Promise<Set<string>> {
  const digests = new Set<string>()
  const keep = async (digest: string): Promise<void> => {
    if (digests.has(digest)) return
    digests.add(digest)
    const { config, layers, blobs: parts, manifests } = await readParts(digest, blobs)
    for (const part of [config, layers, parts].flat()) if (hasDigest(part)) digests.add(part.digest)
    for (const nested of [manifests].flat()) if (hasDigest(nested)) await keep(nested.digest)
  }
  for (const model of index.models) {
    await keep(model.manifest.digest)
    for (const file of model.facts?.files ?? []) digests.add(file.digest)
  }
  for (const referrer of index.referrers) await keep(referrer.manifest.digest)
  for (const { digest } of index.others) await keep(digest)
  return digests
}

/** Whether its bytes are right is not asked here: what a damaged manifest still names is kept. */
async function readParts(digest: string, blobs: Blobs): Promise<Record<string, unknown>> {
  // Other tools may use other hashes than SHA-256.
  const [, algorithm, hex] = /^([a-z0-9]+):([0-9a-f]+)$/.exec(digest) ?? []
  if (algorithm === undefined || hex === undefined) return {}
  const path = join(blobs.directory, '..', algorithm, hex)
  try {
    if ((await stat(path)).size > manifestLimit) return {}
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch (error) {
    if (error instanceof SyntaxError || (isNodeError(error) && error.code === 'ENOENT')) return {}
    throw error
  }
}

function hasDigest(value: unknown): value is { readonly digest: string } {
  return typeof value === 'object' && value !== null && typeof (value as { digest?: unknown }).digest === 'string'
}

interface Swept {
  readonly freedBytes: number
  readonly removed: number
}

/**
 * Removes what entries that have just been taken out of the index reached, and nothing reaches any more. Call it while holding
 * the index lock; every blob of ours is put in place under that lock, so nothing that is about to be named is taken.
 */
export async function sweepAfter(
  gone: Pick<LayoutIndex, 'models' | 'referrers'>,
  index: LayoutIndex,
  blobs: Blobs,
  linksDirectory: string,
): Promise<Swept> {
  const names = await abandoned(gone, index, blobs)
  for (const { manifest } of gone.models) await remove(join(linksDirectory, manifest.digest.slice('sha256:'.length)))
  return await removeFiles(blobs.directory, names)
}

/** The files that nothing reaches any more when `gone` is taken from what was, and `index` is what stays. */
async function abandoned(
  gone: Pick<LayoutIndex, 'models' | 'referrers'>,
  index: LayoutIndex,
  blobs: Blobs,
): Promise<string[]> {
  const had = await reachable({ ...gone, others: [] }, blobs)
  const keep = await reachable(index, blobs)
  return [...had].filter((digest) => isDigest(digest) && !keep.has(digest)).map((d) => d.slice('sha256:'.length))
}

/** What `sweepAfter` would free, without touching anything: all of it, and what of the model's own files is in it. */
export async function freedAfter(
  gone: Pick<LayoutIndex, 'models' | 'referrers'>,
  index: LayoutIndex,
  blobs: Blobs,
  linksDirectory: string,
): Promise<{ readonly freedBytes: number; readonly ownBytes: number }> {
  const own = new Set(gone.models.flatMap((m) => m.facts?.files.map((f) => f.digest.slice('sha256:'.length)) ?? []))
  let freedBytes = 0
  let ownBytes = 0
  for (const name of await abandoned(gone, index, blobs)) {
    const file = await stat(join(blobs.directory, name)).catch(() => undefined)
    if (file === undefined) continue
    // Our own second names of the parts of a split model go as well; those of somebody else keep the bytes.
    let links = 0
    for (const { manifest, facts } of gone.models) {
      for (const part of facts?.files ?? []) {
        if (!part.digest.endsWith(name)) continue
        const path = join(linksDirectory, manifest.digest.slice('sha256:'.length), part.name)
        const linked = await stat(path).catch(() => undefined)
        if (linked?.ino === file.ino && linked.dev === file.dev && !(await isSymbolicLink(path))) links++
      }
    }
    if (file.nlink - links > 1) continue
    freedBytes += file.size
    if (own.has(name)) ownBytes += file.size
  }
  return { freedBytes, ownBytes }
}

const isSymbolicLink = async (path: string): Promise<boolean> => (await lstat(path)).isSymbolicLink()

/** Removes blobs that were being written `olderThanMs` ago or longer: a kill kept them from getting their name. */
export async function sweepHalfWritten(blobs: Blobs, olderThanMs: number, now: number): Promise<Swept> {
  const half: string[] = []
  for (const name of await list(blobs.directory)) {
    if (isTemporary(name) && (await modified(join(blobs.directory, name))) <= now - olderThanMs) half.push(name)
  }
  return await removeFiles(blobs.directory, half)
}

async function removeFiles(directory: string, names: readonly string[]): Promise<Swept> {
  let freedBytes = 0
  let removed = 0
  for (const name of names) {
    const path = join(directory, name)
    const file = await stat(path).catch(() => undefined)
    if (file === undefined || !(await remove(path))) continue
    // A file that has another name elsewhere (the user's own, a hub's cache) keeps its bytes there.
    if (file.nlink <= 1) freedBytes += file.size
    removed++
  }
  return { freedBytes, removed }
}

/**
 * Removes staging directories that nobody has opened and in which nothing was written for `olderThanMs`. Each is taken under
 * its lock, as whoever fetches into it does; one that is held is left. The locks stay, because they are never removed.
 */
export async function sweepStaging(directory: string, olderThanMs: number, now: number): Promise<Swept> {
  let freedBytes = 0
  let removed = 0
  for (const name of await list(directory)) {
    const path = join(directory, name)
    if (name.endsWith(lockSuffix) || (await newest(path)) > now - olderThanMs) continue
    const release = await tryLock(`${path}${lockSuffix}`)
    if (release === undefined) continue
    try {
      // Somebody may have been here between the look and the lock.
      if ((await newest(path)) > now - olderThanMs) continue
      const sizes = await Promise.all((await list(path)).map((file) => sizeOf(join(path, file))))
      if (await remove(path)) {
        freedBytes += sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
        removed++
      }
    } finally {
      await release()
    }
  }
  return { freedBytes, removed }
}

/** When a directory, or a file in it, was last written to. */
async function newest(path: string): Promise<number> {
  const files = (await list(path)).map((file) => join(path, file))
  return Math.max(...(await Promise.all([path, ...files].map(modified))))
}

const modified = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.mtimeMs ?? 0
const sizeOf = async (path: string): Promise<number | undefined> => (await stat(path).catch(() => undefined))?.size

async function tryLock(path: string): Promise<(() => Promise<void>) | undefined> {
  try {
    return await acquireFileLock(path, { timeoutMs: 0 })
  } catch (error) {
    if (SanjhaError.is(error) && error.code === 'locked') return undefined
    throw error
  }
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (isNodeError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}

/** False where the system does not let go of a file that somebody has open (Windows): the next sweep gets it. */
async function remove(path: string): Promise<boolean> {
  try {
    await rm(path, { recursive: true, force: true })
    return true
  } catch (error) {
    if (isNodeError(error) && (error.code === 'EBUSY' || error.code === 'EPERM')) return false
    throw error
  }
}
