import type { SanjhaErrorData } from '../../../core/index.ts'
import type { Capabilities, EngineStatus, GenerateRequest, Part } from '../../contract.ts'

/** The engine's methods that answer once. Their arguments cross as they are, without the signal. */
export type CallMethod = 'embed' | 'score' | 'rerank' | 'tokenize' | 'detokenize' | 'renderChat'

/** What the server tells the engine's process. */
export type ToEngine =
  /** Always the first. `module` is a file URL, `exportName` the factory in it, `options` what the factory is called with. */
  | { readonly type: 'load'; readonly module: string; readonly exportName: string; readonly options: unknown }
  | { readonly type: 'generate'; readonly id: number; readonly request: GenerateRequest }
  | { readonly type: 'call'; readonly id: number; readonly method: CallMethod; readonly args: readonly unknown[] }
  /** So many parts were consumed; as many more may be sent. */
  | { readonly type: 'credit'; readonly id: number; readonly parts: number }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'close' }

/** What the engine's process tells the server. */
export type FromEngine =
  /** Share of the model that is loaded, 0 to 1. */
  | { readonly type: 'progress'; readonly fraction: number }
  | { readonly type: 'ready'; readonly capabilities: Capabilities; readonly status: EngineStatus }
  /** The factory threw; the process ends next. */
  | { readonly type: 'refused'; readonly error: SanjhaErrorData }
  /** The request has arrived and is begun: what happens to the process from now on may be its doing. */
  | { readonly type: 'begun'; readonly id: number }
  | { readonly type: 'part'; readonly id: number; readonly part: Part }
  | { readonly type: 'end'; readonly id: number }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: SanjhaErrorData }
  /** The heartbeat. */
  | { readonly type: 'status'; readonly status: EngineStatus }

/** How many parts of one answer may be under way unconsumed, so that a slow reader never fills the memory. */
export const partWindow = 256
