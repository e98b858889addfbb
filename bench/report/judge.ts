import type { Measurement, Target } from '../contract.ts'
import { median, paired, type Spread, spread } from '../method/statistics.ts'

/** `unsure`: the median meets (or misses) the target, but its 95 % interval does not settle it. */
export type Outcome = 'met' | 'not met' | 'met, unsure' | 'not met, unsure'

export interface Judged {
  readonly ours: Spread
  readonly peer: Spread | undefined
  /** What the target speaks of; without a target ours ÷ peer. Undefined without a peer. */
  readonly compared: Spread | undefined
  readonly of: Target['of']
  /** How much of what reading memory allows both sides reach, in percent, and where that limit is. Undefined where there is none. */
  readonly limit: { readonly at: number; readonly ours: number; readonly peer: number | undefined } | undefined
  readonly outcome: Outcome | undefined
}

const combine: Readonly<Record<Exclude<Target['of'], 'value'>, (ours: number, peer: number) => number>> = {
  ratio: (ours, peer) => ours / peer,
  'inverse ratio': (ours, peer) => peer / ours,
  difference: (ours, peer) => ours - peer,
}

/** Compares round by round and holds the median against the target. Undefined when nothing was measured. */
export function judge(measurement: Measurement): Judged | undefined {
  const { ours, peer, limit, target } = measurement
  if (ours.length === 0 || peer?.values.length === 0) return undefined
  const of = target?.of ?? (peer === undefined ? 'value' : 'ratio')
  const compared = of === 'value' || peer === undefined ? undefined : spread(paired(ours, peer.values, combine[of]))
  const mine = spread(ours)
  return {
    ours: mine,
    peer: peer && spread(peer.values),
    compared,
    of,
    limit: limit && {
      at: median(limit),
      ours: share(ours, limit),
      peer: peer && share(peer.values, limit),
    },
    outcome: target && outcomeOf(of === 'value' ? mine : compared, target),
  }
}

function share(speeds: readonly number[], limit: readonly number[]): number {
  return median(paired(speeds, limit, (speed, most) => (100 * speed) / most))
}

function outcomeOf(value: Spread | undefined, { atLeast, atMost }: Target): Outcome | undefined {
  if (value === undefined) return undefined
  const holds = (v: number): boolean => (atLeast === undefined || v >= atLeast) && (atMost === undefined || v <= atMost)
  const isMet = holds(value.median)
  const isSure = holds(value.low) === isMet && holds(value.high) === isMet
  return isSure ? (isMet ? 'met' : 'not met') : isMet ? 'met, unsure' : 'not met, unsure'
}
