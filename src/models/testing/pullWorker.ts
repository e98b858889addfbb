/** A process that pulls: `node pullWorker.ts ROOT DATABASE REFERENCE`. Prints each progress as a line of JSON, then `done`. */
import { openDatabase } from '../../core/index.ts'
import { openCatalog } from '../catalog/index.ts'
import { pullModel } from '../pull.ts'
import { modelsMigrations, openStore } from '../store/index.ts'

const [root = '', databasePath = '', reference = ''] = process.argv.slice(2)
const database = openDatabase(databasePath, modelsMigrations)
const store = openStore({ root, database: () => database })
const model = await pullModel(
  reference,
  { store, catalog: openCatalog(), env: process.env },
  { onProgress: (progress) => process.stdout.write(`${JSON.stringify(progress)}\n`) },
)
process.stdout.write(`done ${model.digest}\n`)
database.close()
