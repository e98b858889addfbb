import type {
  AcquireOptions,
  EmbedOptions,
  EmbedResult,
  EngineLease,
  GenerateRequest,
  Part,
  RerankResult,
  ScoreRequest,
  TokenLogprob,
} from '../engine/index.ts'

/** What is asked of a model, whichever wire it came over. */
export type Operation =
  | { readonly type: 'generate'; readonly request: GenerateRequest }
  | { readonly type: 'embed'; readonly texts: readonly string[]; readonly options: EmbedOptions }
  | { readonly type: 'rerank'; readonly query: string; readonly documents: readonly string[] }
  | { readonly type: 'score'; readonly requests: readonly ScoreRequest[] }

/** One request on its way through the pipeline. Stages hand on a changed copy, never a mutated one. */
export interface Call {
  /** `X-Request-Id`: the caller's or ours. */
  readonly id: string
  /** As the caller wrote it; the route stage resolves it. Empty: the default model. */
  readonly model: string
  readonly operation: Operation
  readonly acquire: AcquireOptions
  readonly caller: {
    readonly keyId: string | null
    readonly surface: 'openai' | 'anthropic' | 'ollama' | 'admin' | 'cli'
  }
  readonly signal: AbortSignal
  /** Told once the model is known and loaded; `loadMs` is 0 when it was. */
  readonly onRouted?: (routed: {
    readonly model: string
    readonly digest: string | null
    readonly loadMs: number
  }) => void
  /**
   * The last word on the operation, once its engine is found and held: for what only the engine can tell, such as a
   * prompt's tokens. What it gives is what is asked of the engine.
   */
  readonly prepare?: (lease: EngineLease) => Promise<Operation>
  /** What the caller's wire calls a field that a stage may have to refuse; absent: as in our own words. */
  readonly paramNames?: Readonly<Record<string, string>>
  /** The engine that the route stage found, held until the stream ends. Nobody else sets it. */
  readonly lease?: EngineLease
}

export type OperationResult =
  | { readonly type: 'embed'; readonly result: EmbedResult }
  | { readonly type: 'rerank'; readonly result: RerankResult }
  | { readonly type: 'score'; readonly result: TokenLogprob[][] }

/** What flows back: a model's parts, or the one result of an operation that does not stream. */
export type CallPart = Part | { readonly type: 'result'; readonly value: OperationResult }

/** All stages are of this one shape. */
export type Stage = (call: Call, next: (call: Call) => AsyncIterable<CallPart>) => AsyncIterable<CallPart>
