import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchContext, Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { type Arm, interleave } from '../method/interleave.ts'
import { ownEnvironment, program } from '../support/checkout.ts'
import { fillStore } from './fillStore.ts'
import { timeProgram } from './timeProgram.ts'

/** Starts are short and noisy: more rounds than elsewhere. */
const roundsOf = (context: BenchContext): number => (context.quick ? context.rounds : Math.max(20, context.rounds * 4))

/** What a person waits for before anything happens. */
export const start: Benchmark = {
  name: 'cli.start',
  summary:
    'From starting the program to its end, against `node -e 0` with the same Node. Everything was started once before.',
  run: async (context): Promise<BenchmarkResult> => {
    const home = await mkdtemp(join(context.scratch, 'home-'))
    return against(context, [
      { name: '`sanjha --help`', args: ['--help'], home, atMost: 60 },
      { name: '`sanjha --version`', args: ['--version'], home },
      { name: '`sanjha run --help`', args: ['run', '--help'], home },
    ])
  },
}

/** Whether listing stays quick as the store fills. */
export const list: Benchmark = {
  name: 'cli.list',
  summary: '`sanjha list` with so many models in the store, against `node -e 0`.',
  run: async (context): Promise<BenchmarkResult> => {
    const commands: Command[] = []
    for (const count of context.quick ? [0, 3] : [0, 10, 1000]) {
      context.say(`filling a store with ${count} models`)
      const home = await mkdtemp(join(context.scratch, 'home-'))
      if (count > 0) await fillStore(home, count)
      commands.push({ name: `\`sanjha list\`, ${count} models`, args: ['list'], home, atMost: 150 })
    }
    return against(context, commands)
  },
}

interface Command {
  readonly name: string
  readonly args: readonly string[]
  readonly home: string
  /** Milliseconds more than bare Node. */
  readonly atMost?: number
}

async function against(context: BenchContext, commands: readonly Command[]): Promise<BenchmarkResult> {
  const arms: Arm<'ms'>[] = [
    { name: 'node', run: async () => ({ ms: await timeProgram(['-e', '0'], process.env) }) },
    ...commands.map(({ name, args, home }) => ({
      name,
      run: async () => ({ ms: await timeProgram([program, ...args], ownEnvironment(home)) }),
    })),
  ]
  const values = await interleave(arms, { ...context, rounds: roundsOf(context), warmUps: 2 })
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
    notes: [],
  }
}
