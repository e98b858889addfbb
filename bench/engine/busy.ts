import { availableParallelism } from 'node:os'
import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { BusyMachine } from '../method/busy.ts'
import { interleave } from '../method/interleave.ts'
import { missing } from '../peers/llamaBench.ts'
import { greedy, ownGeneration, ownPrompt, peerArm } from './arms.ts'
import { OwnEngine } from './OwnEngine.ts'

/** The same on a machine where other programs want the cores too. */
export const busy: Benchmark = {
  name: 'engine.busy',
  summary:
    'One stream while one process per core works without pause beside it. llama-bench once as it comes (threads = cores) and once with a single thread, the best it can be told.',
  run: async (context): Promise<BenchmarkResult> => {
    if (context.peers.llamaBench === undefined) return { measurements: [], notes: [], skipped: missing }
    const tokens = context.quick ? 12 : 48
    const prompt = context.quick ? 32 : 256
    await using own = await OwnEngine.open(context)
    await using others = new BusyMachine()
    // The chosen number of threads is learned while generating; a user's engine has been at it for a while.
    const warmUps = 2
    const options = { prompt, generate: tokens }
    const arms = [
      ownPrompt(context, own, { name: 'prompt', depth: 0, tokens: prompt }),
      ownGeneration(context, own, { name: 'generation', depth: 0, tokens, sampling: greedy }),
      peerArm(context, 'as it comes', options),
      peerArm(context, 'one thread', { ...options, threads: 1 }),
    ]
    const values = await interleave<string>(arms, { ...context, warmUps })
    const rows = (['prompt', 'generation'] as const).flatMap((metric) =>
      ['as it comes', 'one thread'].map((peer) => ({
        label: `${metric} of ${metric === 'prompt' ? prompt : tokens} tokens`,
        unit: 'tokens/s' as const,
        ours: values(metric, metric),
        peer: { name: `llama-bench, ${peer}`, values: values(peer, metric) },
        ...(peer === 'as it comes' && { target: { of: 'ratio', atLeast: 3 } as const }),
      })),
    )
    return {
      measurements: rows,
      notes: [
        `${others.pids.length} busy processes on ${availableParallelism()} cores.`,
        `Threads of Sanjha: ${own.threads}.`,
      ],
    }
  },
}
