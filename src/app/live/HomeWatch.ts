import { stat } from 'node:fs/promises'
import { ChatWatch } from '../../chats/index.ts'
import { type Clock, type Database, type LoadedConfig, type Logger, SanjhaError } from '../../core/index.ts'
import type { EnginePool } from '../../engine/index.ts'
import type { Models } from '../../models/index.ts'
import type { Live, LiveSource } from './contract.ts'
import { PoolFeed } from './PoolFeed.ts'
import type { RunFeed } from './RunFeed.ts'

export interface HomeWatchOptions {
  readonly live: Live
  readonly database: Database
  readonly models: Pick<Models, 'list'>
  readonly pool: Pick<EnginePool, 'list'>
  readonly runFeed: RunFeed
  readonly settings: Pick<LoadedConfig, 'userFile' | 'projectFile'>
  readonly clock: Clock
  readonly log: Logger
  /** Looks for more, at each look. */
  readonly also?: () => void
  /** Default 1,000. */
  readonly pollMs?: number
}

/**
 * Looks once a second for what nobody tells this process: what other processes of the home do, and how busy the engines are.
 * The database itself says cheaply whether it was written to; only then are its tables compared.
 */
export class HomeWatch implements LiveSource {
  readonly #options: HomeWatchOptions
  readonly #pool: PoolFeed
  readonly #chats: ChatWatch
  #timer: NodeJS.Timeout | undefined
  #looking = false
  #runsGoOn = false
  #written = { foreign: -1, own: -1 }
  #models = ''
  #files = ''

  constructor(options: HomeWatchOptions) {
    this.#options = options
    this.#pool = new PoolFeed(options.live, options.pool, () => options.clock.monotonic())
    this.#chats = new ChatWatch(options.database)
  }

  async start(): Promise<void> {
    const { runFeed, pollMs = 1_000 } = this.#options
    this.#timer = setInterval(() => void this.#look(), pollMs).unref()
    this.#written = this.#writes()
    this.#pool.begin()
    this.#chats.changes()
    runFeed.begin()
    this.#runsGoOn = runFeed.compare()
    this.#models = await this.#modelsKey()
    this.#files = await this.#filesKey()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#options.runFeed.stop()
  }

  async #look(): Promise<void> {
    // One that takes longer than a second (a busy disk) is not overtaken by the next.
    if (this.#looking) return
    this.#looking = true
    try {
      await this.#compare()
    } catch (error) {
      this.#options.log.warn(
        { error: SanjhaError.from(error).toJSON() },
        'changes could not be looked for; trying again',
      )
    } finally {
      this.#looking = false
    }
  }

  async #compare(): Promise<void> {
    const { live, runFeed, also } = this.#options
    this.#pool.compare()
    const written = this.#writes()
    const foreign = written.foreign !== this.#written.foreign
    const any = foreign || written.own !== this.#written.own
    if (foreign) for (const change of this.#chats.changes()) live.publish({ name: 'chats', data: change })
    // A run whose process was killed says so to nobody.
    if (foreign || this.#runsGoOn) this.#runsGoOn = runFeed.compare()
    else if (any) this.#runsGoOn = true
    also?.()
    if (any) {
      const models = await this.#modelsKey()
      if (models !== this.#models && live.isHeard) live.publish({ name: 'models', data: {} })
      this.#models = models
    }
    // Not before all that was written has been looked at: where that fails, it is looked at again.
    this.#written = written
    const files = await this.#filesKey()
    if (files !== this.#files && live.isHeard) live.publish({ name: 'settings', data: {} })
    this.#files = files
  }

  /** Numbers that change with each write: of other connections, and of this one. */
  #writes(): { foreign: number; own: number } {
    const { database } = this.#options
    return {
      foreign: database.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0,
      own: database.get<{ changes: number }>('SELECT total_changes() AS changes')?.changes ?? 0,
    }
  }

  async #modelsKey(): Promise<string> {
    return JSON.stringify(await this.#options.models.list())
  }

  async #filesKey(): Promise<string> {
    const { userFile, projectFile } = this.#options.settings
    const files = projectFile === null ? [userFile] : [userFile, projectFile]
    const stats = await Promise.all(files.map((file) => stat(file).catch(() => undefined)))
    return JSON.stringify(stats.map((s) => s && [s.mtimeMs, s.size, s.ino]))
  }
}
