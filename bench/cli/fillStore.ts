import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultConfig, nodeCrypto, openDatabase, resolvePaths } from '../../src/core/index.ts'
import { createModels, modelsMigrations } from '../../src/models/index.ts'
import { makeGguf, tinyMetadata, tinyTensors } from '../../src/models/testing/makeGguf.ts'
import { ownEnvironment } from '../support/checkout.ts'

/** Puts so many tiny but valid models into the store of a home. */
export async function fillStore(home: string, count: number): Promise<void> {
  const env = ownEnvironment(home)
  const paths = resolvePaths(env)
  const database = openDatabase(paths.database, modelsMigrations)
  const { store } = createModels({ paths, config: defaultConfig(), env, database })
  try {
    const staging = await store.stagingDirectory('bench')
    for (let i = 0; i < count; i++) {
      const bytes = makeGguf({
        metadata: { ...tinyMetadata, 'general.name': { type: 'string', value: `Tiny ${i}` } },
        tensors: tinyTensors,
      })
      const name = `tiny-${i}.gguf`
      const path = join(staging, name)
      await writeFile(path, bytes)
      const digest = `sha256:${nodeCrypto().createHash('sha256').update(bytes).digest('hex')}`
      await store.commit({
        files: [{ path, name, digest, size: bytes.byteLength, role: 'weights' }],
        name: `tiny:${i}`,
        source: `file:///models/${name}`,
      })
    }
  } finally {
    database.close()
  }
}
