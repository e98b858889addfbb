/** A process that changes a store: `node storeWorker.ts ROOT DATABASE ID COUNT`. With COUNT 0 it goes on until it is killed. */
import { openDatabase } from '../../core/index.ts'
import { modelsMigrations, openStore } from '../store/index.ts'
import { tinyGguf } from './makeGguf.ts'
import { stage } from './stage.ts'

const [root = '', databasePath = '', id = '', count = '0'] = process.argv.slice(2)
const database = openDatabase(databasePath, modelsMigrations)
const store = openStore({ root, database: () => database })
const forever = count === '0'
for (let i = 0; forever || i < Number(count); i++) {
  const name = `w${id}:n${i}`
  const key = `${id}-${i}`
  // Every second model has the same bytes in all processes.
  const fill = i % 2 === 0 ? i % 256 : (Number(id) * 50 + i) % 256
  const file = await stage(store, key, 'model.gguf', tinyGguf(fill))
  await store.commit({ files: [file], name, source: `file:///w${id}/n${i}.gguf` })
  await store.discardStaging(key)
  if (i % 3 === 2) await store.remove(name)
  if (i % 4 === 1) await store.list()
  if (i === 0) process.stdout.write('working\n')
}
database.close()
