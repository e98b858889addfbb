import type { Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { type Arm, interleave } from '../method/interleave.ts'
import { llamaBenches, missing } from '../peers/llamaBench.ts'
import { greedy, ownGeneration, ownPrompt, peerArm, sampled } from './arms.ts'
import { MemoryReader } from './MemoryReader.ts'
import { bytesPerToken, limits, memoryArm } from './memoryLimit.ts'
import { OwnEngine } from './OwnEngine.ts'

const target = { of: 'ratio', atLeast: 0.95 } as const

/** Prompt and generation against llama-bench, one stream. */
export const speed: Benchmark = {
  name: 'engine.speed',
  summary:
    'One stream on a quiet machine, in turns of a second or two. Ours is timed by the caller, so that the way to the child process and back, sampling and decoding of text are in it; nothing is proposed ahead. llama-bench decodes without sampling; it starts anew for each turn and reports its own times.',
  run: async (context): Promise<BenchmarkResult> => {
    const peers = llamaBenches(context.peers)
    if (peers.length === 0) return { measurements: [], notes: [], skipped: missing }
    const prompt = context.quick ? 64 : 512
    const tokens = context.quick ? 16 : 128
    const depths = [0, prompt]
    const bytes = await bytesPerToken(await context.model())
    await using own = await OwnEngine.open(context)
    await using reader = await MemoryReader.start(context)
    const threads = new Map<string, number>()
    const peerArms = (metric: 'prompt' | 'generation', depth: number): Arm[] =>
      peers.map(({ name, command }) =>
        peerArm(context, `${name} ${metric} ${depth}`, {
          ...(metric === 'prompt' ? { prompt } : { generate: tokens }),
          depth,
          command,
          seen: (row) => threads.set(name, row.threads),
        }),
      )
    // What is compared stands side by side.
    const arms: Arm[] = depths.flatMap((depth): Arm[] => [
      ownPrompt(context, own, { name: `prompt ${depth}`, depth, tokens: prompt }),
      ...peerArms('prompt', depth),
      ownGeneration(context, own, { name: `greedy ${depth}`, depth, tokens, sampling: greedy }),
      ...peerArms('generation', depth),
      ownGeneration(context, own, { name: `sampled ${depth}`, depth, tokens, sampling: sampled }),
    ])
    const values = await interleave<string>([...arms, memoryArm(reader)], { ...context, warmUps: 2 })
    const rows = (label: string, arm: string, metric: 'prompt' | 'generation', depth: number): Measurement[] =>
      peers.map(({ name }) => ({
        label: `${label}, depth ${depth}`,
        unit: 'tokens/s',
        ours: values(`${arm} ${depth}`, metric),
        peer: { name, values: values(`${name} ${metric} ${depth}`, metric) },
        // The tokens of a prompt share one reading of the weights.
        ...(metric === 'generation' && { limit: limits(values('memory', 'read'), bytes, depth + tokens / 2) }),
        target,
      }))
    return {
      measurements: depths.flatMap((depth) => [
        ...rows(`prompt of ${prompt} tokens`, 'prompt', 'prompt', depth),
        ...rows(`generation of ${tokens} tokens, greedy`, 'greedy', 'generation', depth),
        ...rows('generation, temperature 0.7, top-p 0.9, top-k 40', 'sampled', 'generation', depth),
      ]),
      notes: [
        `Threads of Sanjha: ${own.threads}.`,
        ...[...threads].map(([name, count]) => `Threads of ${name}: ${count}.`),
      ],
    }
  },
}
