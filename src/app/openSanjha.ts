import { join } from 'node:path'
import { type ConfigFlag, createLogger, loadConfig, resolvePaths } from '../core/index.ts'
import type { Sanjha } from './contract.ts'
import { createSanjha } from './createSanjha.ts'

export interface OpenSanjhaOptions {
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where a project's `sanjha.yaml` is looked for. Default: the working directory. */
  readonly cwd?: string
  /** Settings that are stronger than those of files and environment. */
  readonly flags?: readonly ConfigFlag[]
  /** Write the log to this file of the log folder, e.g. `server.log`. Absent: to stderr, and only warnings. */
  readonly logFile?: string
}

/** Opens Sanjha as this user has configured it. Errors: `invalid_config`, `invalid_file`. */
export async function openSanjha(options: OpenSanjhaOptions = {}): Promise<Sanjha> {
  const { env = process.env, cwd = process.cwd(), flags = [], logFile } = options
  const paths = resolvePaths(env)
  const settings = await loadConfig({ env, paths, cwd, flags })
  const { level } = settings.config.log
  // What a command has to tell, it says itself; the log of a short command is for those who ask for it.
  const log =
    logFile === undefined
      ? await createLogger({ level: level === 'info' ? 'silent' : level })
      : await createLogger({ level, file: join(paths.logs, logFile) })
  return createSanjha({ settings, paths, log, env })
}
