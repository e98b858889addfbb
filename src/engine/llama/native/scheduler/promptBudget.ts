/** A stream may wait this long for a step that also evaluates prompts, in milliseconds. */
const patience = 120
const least = 16

/**
 * How many prompt tokens one step may evaluate. While answers are being written, few enough that their next token comes
 * soon; otherwise the whole batch.
 * @param msPerToken what a prompt token costs; 0 when not known yet
 */
export function promptBudget(capacity: number, writing: number, msPerToken: number): number {
  const free = capacity - writing
  if (writing === 0) return free
  const affordable = msPerToken > 0 ? Math.floor(patience / msPerToken) : 4 * least
  return Math.max(1, Math.min(free, Math.max(least, affordable)))
}

/** Splits the budget fairly: everybody gets an equal share, and what one does not need goes to the next. */
export function shareBudget(budget: number, wanted: readonly number[]): number[] {
  const result = wanted.map(() => 0)
  let left = budget
  let open = wanted.map((_, i) => i)
  while (left > 0 && open.length > 0) {
    const share = Math.max(1, Math.floor(left / open.length))
    for (const i of open) {
      const more = Math.min(share, left, (wanted[i] as number) - (result[i] as number))
      result[i] = (result[i] as number) + more
      left -= more
    }
    open = open.filter((i) => (result[i] as number) < (wanted[i] as number))
  }
  return result
}
