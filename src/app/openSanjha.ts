import type { ConfigFlag } from '../core/index.ts'
import type { Sanjha } from './contract.ts'
import { createSanjha } from './createSanjha.ts'
import { readSettings } from './readSettings.ts'

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
  return createSanjha(await readSettings(options))
}
