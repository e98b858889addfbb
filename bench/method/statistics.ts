/** The middle value; of an even number of values the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** Median with its range and a 95 % interval. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  /** Percentile bootstrap of the median (Efron 1979), 95 %. */
  readonly low: number
  readonly high: number
}

/** @param values at least one */
export function spread(values: readonly number[], resamples = 2000): Spread {
  const random = seededRandom(values.length)
  const medians = Array.from({ length: resamples }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN)),
  ).toSorted((a, b) => a - b)
  const at = (share: number): number => medians[Math.min(resamples - 1, Math.floor(share * resamples))] ?? Number.NaN
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    low: at(0.025),
    high: at(0.975),
  }
}

/**
 * Combines what both sides gave in the same round, so that what slows the machine for a while touches both alike.
 * @param ours one value per round, as many as `peer`
 */
export function paired(
  ours: readonly number[],
  peer: readonly number[],
  combine: (ours: number, peer: number) => number,
): number[] {
  return ours.slice(0, peer.length).map((value, round) => combine(value, peer[round] ?? Number.NaN))
}

/** Numbers in [0, 1) that are the same every time (mulberry32): a report does not change by being made again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
