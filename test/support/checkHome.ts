import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pipeline } from 'node:stream/promises'
import { resolvePaths } from '../../src/core/index.ts'
import { temporaryStore } from '../../src/models/testing/stage.ts'

/**
 * Looks at a home from outside: the models that its layout names, everything in it that is not what its name says, and
 * what SQLite finds wrong with the database. Its own database is not asked what is stored.
 */
export async function checkHome(
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly models: string[]; readonly faults: string[] }> {
  const paths = resolvePaths(env)
  const faults: string[] = []
  const store = await temporaryStore(paths.store)
  const models = await store.list()
  for (const { name } of models) {
    for (const damage of await store.verify(name)) faults.push(`${name}: ${damage.name}, ${damage.actual ?? 'missing'}`)
  }
  const blobs = join(paths.store, 'blobs', 'sha256')
  for (const name of existsSync(blobs) ? await readdir(blobs) : []) {
    const hash = createHash('sha256')
    await pipeline(createReadStream(join(blobs, name)), hash)
    if (hash.digest('hex') !== name) faults.push(`blob ${name}: other bytes`)
  }
  if (existsSync(paths.database)) {
    const database = new DatabaseSync(paths.database)
    try {
      const said = database.prepare('PRAGMA integrity_check').all()
      if (said.length !== 1 || said[0]?.['integrity_check'] !== 'ok') faults.push(`database: ${JSON.stringify(said)}`)
    } finally {
      database.close()
    }
  }
  return { models: models.map((m) => m.name), faults }
}
