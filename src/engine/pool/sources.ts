import type { ModelDefaults } from '../../models/index.ts'
import type { Engine } from '../contract.ts'
import type { LoadedModel, LoadOptions } from './contract.ts'

/** A stored model that the embedded engine can load. */
export interface LlamaSource {
  readonly kind: 'llama'
  /** The name the model has in `/v1/models`. */
  readonly model: string
  readonly digest: string
  /** Absolute path of the GGUF file, or of the first of its parts. */
  readonly modelPath: string
  /** The parts of a split model in order, where their names do not follow llama.cpp's scheme. */
  readonly modelParts?: readonly string[]
  /** All files together. */
  readonly weightsBytes: number
  /** What one token of context costs; null where the header does not say. */
  readonly contextBytesPerToken: number | null
  /** The model's own length in tokens; null where the header does not say. */
  readonly contextLength: number | null
  readonly parameters: number | null
  readonly quantization: string | null
  readonly defaults: ModelDefaults
  /** A LoRA adapter that goes with the name: with it, the model is another one than the same file without it. */
  readonly adapter?: { readonly path: string; readonly scale: number }
  /** Jinja, instead of the template in the file. */
  readonly chatTemplate?: string
}

/** A model behind an OpenAI-compatible endpoint. */
export interface RemoteSource {
  readonly kind: 'remote'
  readonly model: string
  readonly digest: null
  /** The remote's name in the configuration. */
  readonly remote: string
  readonly baseUrl: string
  /** A secret; never log it. */
  readonly apiKey?: string
  /** What the endpoint calls the model. */
  readonly remoteModel: string
}

export type EngineSource = LlamaSource | RemoteSource

export interface EngineRequest<Source extends EngineSource> {
  readonly source: Source
  readonly load: LoadOptions
  /** Tokens per request, chosen by the pool; 0 for a remote engine. */
  readonly contextLength: number
  /** 0 to 1. */
  readonly onProgress: (fraction: number) => void
}

/** An engine and what is known about its process. `SupervisedEngine` is one. */
export interface ManagedEngine {
  readonly engine: Engine
  readonly state: LoadedModel['state']
  readonly pid: number | null
  readonly restarts: number
  readonly logFile: string | null
}

/** Makes an engine ready. Aborting ends the loading; nothing may be left behind after an error. */
export type EngineFactory<Source extends EngineSource> = (
  request: EngineRequest<Source>,
  signal: AbortSignal,
) => Promise<ManagedEngine>

export interface EngineFactories {
  readonly llama: EngineFactory<LlamaSource>
  readonly remote: EngineFactory<RemoteSource>
}
