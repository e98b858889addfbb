import type { Clock } from '../../../../core/index.ts'
import type { NativeContext } from '../model/NativeContext.ts'
import type { StepCost } from '../speculative/StepCost.ts'
import type { ThreadChooser } from '../threads/ThreadController.ts'
import type { ShelfOptions } from './Shelf.ts'

/** What a lane needs of a context; tests put a simulated one in its place. */
export type LaneContext = Pick<
  NativeContext,
  | 'cells'
  | 'capacity'
  | 'outputsMax'
  | 'size'
  | 'clearBatch'
  | 'add'
  | 'decode'
  | 'decodeNow'
  | 'abort'
  | 'logits'
  | 'trim'
  | 'share'
  | 'save'
  | 'restore'
  | 'setThreads'
  | 'free'
>

export interface LaneOptions {
  readonly context: LaneContext
  readonly sequences: number
  /** Its batches hold one task at a time, cut at fixed places, so that results depend on nothing else. */
  readonly isExact: boolean
  /** False for memory that is a running state: then only a whole cached sequence can be gone on from. */
  readonly canTrim: boolean
  readonly clock: Clock
  readonly threads: { readonly generation: ThreadChooser; readonly prompt: ThreadChooser }
  readonly cost: StepCost
  /**
   * A decode that is expected to take no longer than so many milliseconds is done on this thread: handing it to another
   * and being woken again costs a small model a tenth of its speed. Absent: none is.
   */
  readonly quickMs?: number
  /** What idle sequences hold may be kept outside of the context. Absent: it is not. */
  readonly shelf?: Pick<ShelfOptions, 'capacity' | 'worthwhile'>
  readonly onStep?: (step: { promptTokens: number; newTokens: number; milliseconds: number }) => void
}
