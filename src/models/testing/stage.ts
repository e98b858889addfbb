import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../core/index.ts'
import { digestOf } from '../digest.ts'
import type { FileRole, ModelStore, StagedFile } from '../store/contract.ts'
import { modelsMigrations, openStore } from '../store/index.ts'

/** Writes bytes into a staging directory of the store, as a download does. */
export async function stage(
  store: ModelStore,
  key: string,
  name: string,
  content: Uint8Array | string,
  role: FileRole = 'weights',
): Promise<StagedFile> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const path = join(await store.stagingDirectory(key), name)
  await writeFile(path, bytes)
  return { path, name, digest: digestOf(bytes), size: bytes.byteLength, role }
}

/** A store in a fresh directory, with its database in memory. */
export async function temporaryStore(root?: string): Promise<ModelStore> {
  const directory = root ?? (await mkdtemp(join(tmpdir(), 'sanjha-store-')))
  const database = openDatabase(':memory:', modelsMigrations)
  return openStore({ root: directory, database: () => database })
}
