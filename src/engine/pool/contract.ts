import type { Engine, EngineStatus } from '../contract.ts'

/** How a model is to be loaded. Absent values are chosen. Two requests with different settings for one model reload it. */
export interface LoadOptions {
  /** Tokens per request. Absent: the model's own length, as far as memory allows. */
  readonly contextLength?: number
  /** LoRA adapters: GGUF files and how strongly they apply. */
  readonly adapters?: readonly { readonly path: string; readonly scale: number }[]
  /** Path of a smaller model of the same vocabulary for speculative decoding. */
  readonly draftModelPath?: string
  readonly pooling?: 'none' | 'mean' | 'cls' | 'last' | 'rank'
}

export interface AcquireOptions {
  readonly load?: LoadOptions
  /** How long the model stays loaded after its last request, in milliseconds; 0 unloads at once, Infinity never. Absent: as was given last, else from the config. */
  readonly keepAliveMs?: number
}

/** A model that is loaded and held until `release`. Unloading never interrupts a lease. */
export interface EngineLease {
  readonly engine: Engine
  /** The name the model has in `/v1/models`. */
  readonly model: string
  readonly digest: string | null
  /** Milliseconds this acquisition waited for loading; 0 when it was loaded. */
  readonly loadMs: number
  release(): void
}

/** One line of `sanjha ps`. */
export interface LoadedModel {
  readonly model: string
  readonly digest: string | null
  /** `llama` or the name of the remote engine. */
  readonly engine: string
  readonly state: 'loading' | 'ready' | 'unloading' | 'restarting' | 'failed'
  readonly pid: number | null
  readonly contextLength: number
  readonly parameters: number | null
  readonly quantization: string | null
  readonly status: EngineStatus | null
  /** ISO 8601; null when it stays for ever. */
  readonly expiresAt: string | null
  readonly loadedAt: string | null
  readonly restarts: number
  readonly logFile: string | null
}

export interface EnginePool {
  /**
   * Finds or loads the model. Errors: `model_not_found`, `insufficient_memory` (with the numbers, before loading),
   * `engine_unavailable`, `invalid_file`, `cancelled`.
   */
  acquire(model: string, options: AcquireOptions, signal: AbortSignal): Promise<EngineLease>
  list(): LoadedModel[]
  /** What embedded engines may use together now, and what is set aside for those that are loaded. Bytes. */
  budget(): { readonly totalBytes: number; readonly usedBytes: number }
  /** Unloads once its requests are done. False when it is not loaded. */
  unload(model: string): Promise<boolean>
  /** Drains and ends every engine. */
  close(): Promise<void>
}
