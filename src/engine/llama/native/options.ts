import type { BackendName } from '../backends/contract.ts'
import type { Pooling } from './model/pooling.ts'

/** How the native engine is made. What is absent is chosen. */
export interface NativeEngineOptions {
  /** A GGUF file, or the first part of a split one. */
  readonly modelPath: string
  /** The parts of a split model in order, where their names do not follow llama.cpp's scheme. */
  readonly modelParts?: readonly string[]
  /** Tokens that one request may use. Default: the model's own length, as far as `memoryLimitBytes` allows. */
  readonly contextLength?: number
  /** Requests that are worked on at once. Default 8. */
  readonly slots?: number
  /** Default `auto`: chosen by measuring while generating. */
  readonly threads?: number | 'auto'
  /**
   * Layers on the GPU of `backend`. Default `auto`: all of them. The GPU's own memory is not modelled: a model that does
   * not fit there fails to load.
   */
  readonly gpuLayers?: number | 'auto'
  readonly adapters?: readonly { readonly path: string; readonly scale: number }[]
  /** A smaller model of the same vocabulary that proposes tokens. */
  readonly draftModelPath?: string
  /** How token embeddings become one vector. Default: what the model says, else mean. */
  readonly pooling?: Pooling
  /** How keys and values are kept. Default f16. */
  readonly kvType?: 'f16' | 'q8_0' | 'q4_0'
  /** Bytes that the context may take. */
  readonly memoryLimitBytes?: number
  /** Jinja, instead of the template in the file. */
  readonly chatTemplate?: string
  /** Whether to propose tokens at all. Default true. */
  readonly speculative?: boolean
  /** What a request gets that says nothing. */
  readonly defaults?: {
    readonly system?: string
    readonly temperature?: number
    readonly topK?: number
    readonly topP?: number
    readonly minP?: number
    readonly repeatPenalty?: number
  }
  /** Where the native libraries are. Default: the installed package. */
  readonly libraryDirectory?: string
  /** Which backend the libraries in `libraryDirectory` are. Default `cpu`. */
  readonly backend?: BackendName
}
