import { availableParallelism } from 'node:os'
import type { Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { BusyMachine } from '../method/busy.ts'
import { interleave, roundsNote } from '../method/interleave.ts'
import { llamaBenches, missing, openMpName } from '../peers/llamaBench.ts'
import { greedy, ownGeneration, ownPrompt, peerArm } from './arms.ts'
import { MemoryReader } from './MemoryReader.ts'
import { bytesPerToken, limits } from './memoryLimit.ts'
import { OwnEngine } from './OwnEngine.ts'

/** A peer that collapses may take minutes for a turn. */
const budgetMs = 600_000

const metrics = ['prompt', 'generation'] as const

/** The same on a machine where other programs want the cores too. */
export const busy: Benchmark = {
  name: 'engine.busy',
  summary:
    'One stream while one process per core works without pause beside it. Both builds of llama-bench as they come (threads = cores), and one of them with a single thread, the best it can be told. The sizes are those of llama-bench’s own defaults. The promise is held against the build with OpenMP, which is what llama.cpp gives whoever builds it without asking for anything else.',
  run: async (context): Promise<BenchmarkResult> => {
    const builds = llamaBenches(context.peers)
    const last = builds.at(-1)
    if (last === undefined) return { measurements: [], notes: [], skipped: missing }
    // What llama-bench measures when it is told nothing. Shorter turns of a new process often escape the collapse.
    const prompt = context.quick ? 32 : 512
    const tokens = context.quick ? 12 : 128
    const bytes = await bytesPerToken(await context.model())
    const quietReads = await readQuietly(context)
    await using own = await OwnEngine.open(context)
    await using others = new BusyMachine()
    // With one thread nobody waits for another thread, and both builds are one.
    const alone = { name: 'llama-bench with one thread', command: last.command, threads: 1 }
    const peers = [...builds.map((build) => ({ ...build, threads: undefined })), alone]
    const arms = metrics.flatMap((metric) => [
      metric === 'prompt'
        ? ownPrompt(context, own, { name: metric, depth: 0, tokens: prompt })
        : ownGeneration(context, own, { name: metric, depth: 0, tokens, sampling: greedy }),
      ...peers.map(({ name, ...how }) =>
        peerArm(context, `${name} ${metric}`, {
          ...how,
          ...(metric === 'prompt' ? { prompt } : { generate: tokens }),
        }),
      ),
    ])
    // The number of threads is learned while generating; a user's engine has been at it for a while.
    const values = await interleave<string>(arms, { ...context, warmUps: context.quick ? 2 : 8, budgetMs })
    return {
      measurements: metrics.flatMap((metric) =>
        peers.map(
          ({ name }): Measurement => ({
            label: `${metric} of ${metric === 'prompt' ? prompt : tokens} tokens`,
            unit: 'tokens/s',
            ours: values(metric, metric),
            peer: { name, values: values(`${name} ${metric}`, metric) },
            ...(metric === 'generation' && { limit: limits(quietReads, bytes, tokens / 2) }),
            ...(name === openMpName && { target: { of: 'ratio', atLeast: 3 } as const }),
          }),
        ),
      ),
      notes: [
        `${others.pids.length} busy processes on ${availableParallelism()} cores.`,
        `Threads of Sanjha: ${own.threads}.`,
        ...roundsNote(values('prompt', 'prompt').length, context.rounds),
        'The limit is that of the quiet machine, read before the others began.',
        'ggml’s own threads, which the libraries that Sanjha uses are built with, spin while they wait for one another: with luck in the scheduling a turn does not collapse. With one busy process per core a fair scheduler leaves about half of each core to anybody, and then nobody can be three times as fast. So these rows, and those with one thread, have no target.',
        ...(builds.some(({ name }) => name === openMpName)
          ? []
          : [
              '**The build with OpenMP is not here (`npm run bench -- --prepare`), so that the promise could not be held against it.**',
            ]),
      ],
    }
  },
}

/** As many values as there are rounds, so that they can be paired. */
async function readQuietly(context: {
  readonly quick: boolean
  readonly threads: number | undefined
  readonly rounds: number
}): Promise<number[]> {
  await using reader = await MemoryReader.start(context)
  await reader.speed('read')
  const reads: number[] = []
  while (reads.length < context.rounds) reads.push(await reader.speed('read'))
  return reads
}
