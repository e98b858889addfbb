import { join } from 'node:path'
import { createLogger, type LoadedConfig, type Logger, loadConfig, type Paths, resolvePaths } from '../core/index.ts'
import type { OpenSanjhaOptions } from './openSanjha.ts'

/** What everything else is built from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly paths: Paths
  readonly settings: LoadedConfig
  /** Reads it anew. */
  readonly reload: () => Promise<LoadedConfig>
  readonly log: Logger
}

/** Reads this user's configuration and opens the log. Errors: `invalid_config`, `invalid_file`. */
export async function readSettings(options: OpenSanjhaOptions): Promise<Surroundings> {
  const { env = process.env, cwd = process.cwd(), flags = [], logFile } = options
  const paths = resolvePaths(env)
  const reload = (): Promise<LoadedConfig> => loadConfig({ env, paths, cwd, flags })
  const settings = await reload()
  const { level } = settings.config.log
  // What a command has to tell, it says itself; the log of a short command is for those who ask for it.
  const log =
    logFile === undefined
      ? await createLogger({ level: level === 'info' ? 'silent' : level })
      : await createLogger({ level, file: join(paths.logs, logFile) })
  return { env, paths, settings, reload, log }
}
