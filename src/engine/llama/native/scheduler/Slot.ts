import type { Task } from './Task.ts'

/** One sequence of a context: what is in its memory, and who uses it. */
export interface Slot {
  readonly sequence: number
  /** The tokens whose keys and values are in memory, in order. */
  cells: number[]
  /** How many of the cells were evaluated in whole pieces, as an exact lane cuts them. */
  exactCells: number
  /** Its last task did not want to be cached. */
  isSecret: boolean
  task: Task | undefined
  /** Larger is later. */
  usedAt: number
}

/** How many leading elements are equal. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const end = Math.min(a.length, b.length)
  let length = 0
  while (length < end && a[length] === b[length]) length++
  return length
}

export interface Placement {
  readonly slot: Slot
  /** The slot whose beginning is to be shared with it; the slot itself to keep its own. */
  readonly source: Slot
  readonly length: number
}

/**
 * Where to put a prompt so that the least of it must be evaluated. An idle slot is taken over when it loses little by
 * that; otherwise the longest common prefix of any slot, busy ones too, is shared with the idle slot used longest ago.
 * Undefined when no slot is idle.
 * @param reusable how many tokens may come from the cache
 */
export function choosePlacement(
  slots: readonly Slot[],
  tokens: readonly number[],
  reusable: number,
  canShare: boolean,
): Placement | undefined {
  const idle = slots.filter((slot) => slot.task === undefined)
  if (idle.length === 0) return undefined
  const prefix = new Map(slots.map((slot) => [slot, Math.min(commonPrefix(slot.cells, tokens), reusable)]))
  const of = (slot: Slot): number => prefix.get(slot) as number
  const oldest = idle.reduce((a, b) => (isEmptier(b, a) ? b : a))
  const kept = idle.reduce((a, b) => (of(b) > of(a) ? b : a))
  const best = slots.reduce((a, b) => (of(b) > of(a) ? b : a))
  // Taking it over is right when most of it goes on living, or when nothing would be gained by keeping it.
  const losesLittle = kept === oldest || of(kept) * 2 >= kept.cells.length
  if (of(kept) > 0 && of(kept) === of(best) && (losesLittle || !canShare)) {
    return { slot: kept, source: kept, length: of(kept) }
  }
  if (canShare && of(best) > 0) {
    return best === oldest
      ? { slot: oldest, source: oldest, length: of(oldest) }
      : { slot: oldest, source: best, length: of(best) }
  }
  return of(kept) > 0 ? { slot: kept, source: kept, length: of(kept) } : { slot: oldest, source: oldest, length: 0 }
}

const isEmptier = (a: Slot, b: Slot): boolean =>
  a.cells.length === 0 || b.cells.length === 0 ? a.cells.length < b.cells.length : a.usedAt < b.usedAt
