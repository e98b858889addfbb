import type { Clock } from '../../../core/index.ts'
import type { ChatFormat } from '../../text/index.ts'
import type { InfillTokens } from './answer/buildPrompt.ts'
import type { NativeApi } from './bindings/nativeApi.ts'
import type { Counters } from './Counters.ts'
import type { ContextExtras } from './model/NativeContext.ts'
import type { NativeModel } from './model/NativeModel.ts'
import type { Pooling } from './model/pooling.ts'
import type { NativeEngineOptions } from './options.ts'
import type { Candidates } from './sampling/Candidates.ts'
import type { Scheduler } from './scheduler/Scheduler.ts'
import type { Acceptance } from './speculative/Acceptance.ts'
import type { DraftModel } from './speculative/DraftModel.ts'
import type { StepCost } from './speculative/StepCost.ts'
import type { ThreadChooser } from './threads/ThreadController.ts'

/** What `createNativeEngine` puts together and the engine works with. */
export interface NativeEngineParts {
  readonly api: NativeApi
  readonly model: NativeModel
  readonly scheduler: Scheduler
  readonly chatFormat: ChatFormat
  readonly counters: Counters
  readonly threads: { readonly generation: ThreadChooser; readonly prompt: ThreadChooser }
  readonly clock: Clock
  readonly contextLength: number
  readonly slots: number
  /** What computes, for people. */
  readonly devices: readonly string[]
  readonly defaults: NonNullable<NativeEngineOptions['defaults']>
  readonly extras: ContextExtras
  readonly candidates: Candidates
  readonly infill: InfillTokens
  readonly pooling: Pooling | undefined
  readonly drafting: {
    /** Tokens proposed at once at most; 0: none. */
    readonly longest: number
    /** The same where the answer must not depend on it. */
    readonly longestExact: number
    readonly cost: StepCost
    readonly policies: { readonly shared: Acceptance; readonly exact: Acceptance; readonly model: Acceptance }
    readonly model: DraftModel | undefined
  }
}
