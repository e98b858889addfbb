import { rm } from 'node:fs/promises'
import { isNodeError } from '../../core/index.ts'
import { digestOfFile } from '../digest.ts'
import type { Blobs } from './blobs.ts'
import type { Damage } from './contract.ts'
import { parseManifest } from './manifest.ts'
import type { IndexedModel } from './sqliteIndex.ts'

/** Damage as it was seen, and which file was looked at. */
export interface Suspect extends Damage {
  readonly stamp: string | undefined
}

/** Hashes the manifest, the config and every file of a model, and says which are not what their digest says. */
export async function verifyModel(model: IndexedModel, blobs: Blobs): Promise<Suspect[]> {
  const { digest } = model.manifest
  const damage: Suspect[] = []
  const check = async (blob: string, name: string): Promise<boolean> => {
    const stamp = await blobs.stamp(blob)
    const actual = await digestOfFile(blobs.path(blob)).catch((error: unknown) => {
      if (isNodeError(error) && error.code === 'ENOENT') return null
      throw error
    })
    if (actual !== blob) damage.push({ digest: blob, name, actual, stamp })
    return actual === blob
  }
  if (await check(digest, 'manifest')) {
    await check(parseManifest(await blobs.read(digest), digest).config.digest, 'config')
  }
  for (const file of model.facts.files) await check(file.digest, file.name)
  return damage
}

/** The files that are missing or of another size: what can be told without reading them. */
export async function compareSizes(model: IndexedModel, blobs: Blobs): Promise<Suspect[]> {
  const damage: Suspect[] = []
  for (const { digest, name, size } of model.facts.files) {
    const stamp = await blobs.stamp(digest)
    const actual = await blobs.size(digest)
    if (actual !== size) damage.push({ digest, name, actual: actual === undefined ? null : `${actual} bytes`, stamp })
  }
  return damage
}

/**
 * Removes damaged blobs. Call it while holding the index lock: what has been put in place of one since it was looked at is
 * left. Returns what was still damaged.
 */
export async function dropBlobs(suspects: readonly Suspect[], blobs: Blobs): Promise<Damage[]> {
  const dropped: Damage[] = []
  for (const { stamp, ...damage } of suspects) {
    if ((await blobs.stamp(damage.digest)) !== stamp) continue
    await rm(blobs.path(damage.digest), { force: true })
    dropped.push(damage)
  }
  return dropped
}
