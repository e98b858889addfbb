import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isNodeError, SanjhaError } from '../../core/index.ts'
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
    const size = await stat(path).then(
      (s) => s.size,
      () => 0,
    )
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

/** Removes staging directories in which nothing was written for `olderThanMs`. */
export async function sweepStaging(
  directory: string,
  olderThanMs: number,
  now: number,
): Promise<{ freedBytes: number; removed: number }> {
  let freedBytes = 0
  let removed = 0
  for (const name of await list(directory)) {
    const path = join(directory, name)
    const files = await Promise.all((await list(path)).map((file) => stat(join(path, file)).catch(() => undefined)))
    const newest = Math.max(
      0,
      ...files.map((f) => f?.mtimeMs ?? 0),
      (await stat(path).catch(() => undefined))?.mtimeMs ?? 0,
    )
    if (now - newest < olderThanMs) continue
    if (await remove(path)) {
      freedBytes += files.reduce((sum, f) => sum + (f?.size ?? 0), 0)
      removed++
    }
  }
  return { freedBytes, removed }
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
