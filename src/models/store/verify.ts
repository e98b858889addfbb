import { rm } from 'node:fs/promises'
import { isNodeError } from '../../core/index.ts'
import { digestOfFile } from '../digest.ts'
import type { Blobs } from './blobs.ts'
import type { Damage } from './contract.ts'
import { parseManifest } from './manifest.ts'
import type { IndexedModel } from './sqliteIndex.ts'

/** Hashes the manifest, the config and every file of a model, and says which are not what their digest says. */
export async function verifyModel(model: IndexedModel, blobs: Blobs): Promise<Damage[]> {
  const { digest } = model.manifest
  const damage: Damage[] = []
  const check = async (blob: string, name: string): Promise<boolean> => {
    const actual = await digestOfFile(blobs.path(blob)).catch((error: unknown) => {
      if (isNodeError(error) && error.code === 'ENOENT') return null
      throw error
    })
    if (actual !== blob) damage.push({ digest: blob, name, actual })
    return actual === blob
  }
  if (await check(digest, 'manifest')) {
    await check(parseManifest(await blobs.read(digest), digest).config.digest, 'config')
  }
  for (const file of model.facts.files) await check(file.digest, file.name)
  return damage
}

/** The files that are missing or of another size: what can be told without reading them. */
export async function compareSizes(model: IndexedModel, blobs: Blobs): Promise<Damage[]> {
  const damage: Damage[] = []
  for (const { digest, name, size } of model.facts.files) {
    const actual = await blobs.size(digest)
    if (actual !== size) damage.push({ digest, name, actual: actual === undefined ? null : `${actual} bytes` })
  }
  return damage
}

/** Removes damaged blobs. Call it while holding the index lock. */
export async function dropBlobs(damage: readonly Damage[], blobs: Blobs): Promise<void> {
  for (const { digest, actual } of damage) if (actual !== null) await rm(blobs.path(digest), { force: true })
}
