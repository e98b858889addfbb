/** One side of a comparison. A round gives one number per metric. */
export interface Arm<Metric extends string = string> {
  readonly name: string
  /** It starts anew each time and warms itself up: rounds before those that count would only take time. */
  readonly warmsItself?: boolean
  run(round: number): Promise<Readonly<Record<Metric, number>>>
}

export interface InterleaveOptions {
  readonly rounds: number
  /** Rounds before that do not count. Default 1. */
  readonly warmUps?: number
  /**
   * No round begins after so long, if three have been counted, and no warm-up after a quarter of it: slow peers shall not hold
   * up everybody. Default: no end.
   */
  readonly budgetMs?: number
  readonly signal: AbortSignal
  readonly say?: (line: string) => void
}

const fewest = 3

/** What each arm gave, one value per round. */
export type Rounds<Metric extends string = string> = (arm: string, metric: Metric) => number[]

/**
 * Runs the arms one after another, round by round, in the one order and then in the other (A B, B A, …): whatever slows the
 * machine down for a while, and whatever one arm leaves behind for the next, touches all of them alike. Machines drift between speeds
 * over tens of seconds: keep turns at about a second, take many rounds, and put what is compared side by side.
 */
export async function interleave<Metric extends string>(
  arms: readonly Arm<Metric>[],
  options: InterleaveOptions,
): Promise<Rounds<Metric>> {
  const { rounds, warmUps = 1, budgetMs = Number.POSITIVE_INFINITY, signal, say = () => undefined } = options
  const started = performance.now()
  const values = new Map<string, number[]>()
  for (let round = -warmUps; round < rounds; round++) {
    const passed = performance.now() - started
    if (round >= fewest && passed > budgetMs) break
    if (round < 0 && passed > budgetMs / 4) continue
    say(round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`)
    for (const arm of round % 2 === 0 ? arms : arms.toReversed()) {
      signal.throwIfAborted()
      if (round < 0 && arm.warmsItself) continue
      const given = await arm.run(round)
      if (round < 0) continue
      for (const [metric, value] of Object.entries<number>(given)) {
        const key = `${arm.name}\n${metric}`
        values.set(key, [...(values.get(key) ?? []), value])
      }
    }
  }
  return (arm, metric) => values.get(`${arm}\n${metric}`) ?? []
}

/** What to say when the time was up before all rounds were run. */
export function roundsNote(counted: number, rounds: number): string[] {
  return counted === rounds ? [] : [`${counted} of ${rounds} rounds: then the time was up.`]
}
