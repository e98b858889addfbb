import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { acquireFileLock, isNodeError, SanjhaError } from '../../core/index.ts'
import { lockSuffix } from '../stagingLock.ts'
import type { Blobs } from './blobs.ts'
import type { LayoutIndex } from './layout.ts'
import { parseManifest } from './manifest.ts'

/**
 * Every digest that the index reaches: manifests, and their configs and layers. A manifest that is damaged still keeps
 * the files that the index knows of it.
 */
export async function reachable(index: LayoutIndex, blobs: Blobs): Promise<Set<string>> {
  const digests = new Set<string>()
  const keep = async (digest: string): Promise<void> => {
    digests.add(digest)
    try {
      const manifest = parseManifest(await blobs.read(digest), digest)
      for (const { digest: part } of [manifest.config, ...manifest.layers]) digests.add(part)
    } catch (error) {
      if (!SanjhaError.is(error)) throw error
    }
  }
  for (const model of index.models) {
    await keep(model.manifest.digest)
    for (const file of model.facts?.files ?? []) digests.add(file.digest)
  }
  for (const referrer of index.referrers) await keep(referrer.manifest.digest)
  return digests
}

/**
 * Removes what the index does not reach: blobs, half-written ones that a kill left, and folders of links. Call it while
 * holding the index lock; every blob is put in place under that lock, so nothing that is about to be named is taken.
 * Returns bytes and number of what was removed.
 */
export async function sweep(
  index: LayoutIndex,
  blobs: Blobs,
  linksDirectory: string,
): Promise<{ freedBytes: number; removed: number }> {
  const keep = await reachable(index, blobs)
  let freedBytes = 0
  let removed = 0
  for (const name of await list(blobs.directory)) {
    if (keep.has(`sha256:${name}`)) continue
    const path = join(blobs.directory, name)
    const size = await sizeOf(path)
    if (await remove(path)) {
      freedBytes += size
      removed++
    }
  }
  const models = new Set(index.models.map((m) => m.manifest.digest.slice('sha256:'.length)))
  for (const name of await list(linksDirectory)) {
    if (!models.has(name)) await remove(join(linksDirectory, name))
  }
  return { freedBytes, removed }
}

/**
 * Removes staging directories that nobody has opened and in which nothing was written for `olderThanMs`. Each is taken under
 * its lock, as whoever fetches into it does; one that is held is left. The locks stay, because they are never removed.
 */
export async function sweepStaging(
  directory: string,
  olderThanMs: number,
  now: number,
): Promise<{ freedBytes: number; removed: number }> {
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
        freedBytes += sizes.reduce((sum, size) => sum + size, 0)
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
  const times = [path, ...(await list(path)).map((file) => join(path, file))].map((each) =>
    stat(each).then(
      (s) => s.mtimeMs,
      () => 0,
    ),
  )
  return Math.max(...(await Promise.all(times)))
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    (s) => s.size,
    () => 0,
  )

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
