import type { BenchContext, BenchmarkResult, Measurement } from '../contract.ts'
import { type Arm, interleave } from '../method/interleave.ts'
import { ownEnvironment } from '../support/checkout.ts'
import { timeProgram } from './timeProgram.ts'

export interface Command {
  readonly name: string
  /** The script and its arguments. */
  readonly args: readonly string[]
  readonly home: string
  /** Milliseconds more than bare Node. */
  readonly atMost?: number
}

/** Commands against a bare Node. Starts are short and noisy: more rounds than elsewhere. */
export async function againstNode(context: BenchContext, commands: readonly Command[]): Promise<BenchmarkResult> {
  const arms: Arm<'ms'>[] = [
    { name: 'node', run: async () => ({ ms: await timeProgram(['-e', '0'], process.env) }) },
    ...commands.map(({ name, args, home }) => ({
      name,
      run: async () => ({ ms: await timeProgram(args, ownEnvironment(home)) }),
    })),
  ]
  const rounds = context.quick ? context.rounds : Math.max(20, context.rounds * 2)
  const values = await interleave(arms, { ...context, say: () => undefined, rounds, warmUps: 2 })
  return {
    measurements: commands.map(
      ({ name, atMost }): Measurement => ({
        label: name,
        unit: 'ms',
        ours: values(name, 'ms'),
        peer: { name: '`node -e 0`', values: values('node', 'ms') },
        ...(atMost !== undefined && { target: { of: 'difference', atMost } as const }),
      }),
    ),
    notes: [`${rounds} starts each.`],
  }
}
