import { type Database, openDatabase } from '../core/index.ts'
import { createModels, modelsMigrations } from '../models/index.ts'
import type { Sanjha } from './contract.ts'
import type { OpenSanjhaOptions } from './openSanjha.ts'
import { readSettings } from './readSettings.ts'

/** The part of Sanjha that is about stored and catalogued models. */
export type OpenedModels = Pick<Sanjha, 'config' | 'settings' | 'paths' | 'log' | 'models' | 'close'>

/**
 * Opens the models alone, as this user has configured Sanjha. A door of its own, because all the rooms together take
 * longer to load than the models take to be listed. Errors: `invalid_config`, `invalid_file`.
 */
export async function openModels(options: OpenSanjhaOptions = {}): Promise<OpenedModels> {
  const { env, paths, settings, log } = await readSettings(options)
  const { config } = settings
  let opened: Database | undefined
  const database = (): Database => {
    opened ??= openDatabase(paths.database, modelsMigrations)
    return opened
  }
  const models = createModels({ paths, database, config, env, log })
  return {
    config,
    settings,
    paths,
    log,
    models,
    close: async () => {
      models.close()
      opened?.close()
      opened = undefined
    },
  }
}
