import type { Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { type Arm, interleave } from '../method/interleave.ts'
import { missing } from '../peers/llamaBench.ts'
import { greedy, ownGeneration, ownPrompt, peerArm, sampled } from './arms.ts'
import { OwnEngine } from './OwnEngine.ts'

const atLeast = { of: 'ratio', atLeast: 0.95 } as const

/** Prompt and generation against llama-bench, one stream. */
export const speed: Benchmark = {
  name: 'engine.speed',
  summary:
    'One stream on a quiet machine. Ours is timed by the caller, so that the way to the child process and back, sampling and decoding of text are in it; nothing is proposed ahead. llama-bench decodes without sampling.',
  run: async (context): Promise<BenchmarkResult> => {
    if (context.peers.llamaBench === undefined) return { measurements: [], notes: [], skipped: missing }
    const prompt = context.quick ? 64 : 512
    const tokens = context.quick ? 16 : 128
    const depths = [0, prompt]
    await using own = await OwnEngine.open(context)
    let peer = ''
    const arms: Arm[] = depths.flatMap((depth) => [
      ownPrompt(context, own, { name: `prompt ${depth}`, depth, tokens: prompt }),
      ownGeneration(context, own, { name: `greedy ${depth}`, depth, tokens, sampling: greedy }),
      ownGeneration(context, own, { name: `sampled ${depth}`, depth, tokens, sampling: sampled }),
      peerArm(context, `peer ${depth}`, { prompt, generate: tokens, depth }, (row) => {
        peer = `Threads of llama-bench: ${row.threads}.`
      }),
    ])
    const values = await interleave(arms, { ...context, warmUps: 2 })
    const row = (label: string, arm: string, metric: string, depth: number): Measurement => ({
      label: `${label}, depth ${depth}`,
      unit: 'tokens/s',
      ours: values(`${arm} ${depth}`, metric),
      peer: { name: 'llama-bench', values: values(`peer ${depth}`, metric) },
      target: atLeast,
    })
    return {
      measurements: depths.flatMap((depth) => [
        row(`prompt of ${prompt} tokens`, 'prompt', 'prompt', depth),
        row(`generation of ${tokens} tokens, greedy`, 'greedy', 'generation', depth),
        row('generation, temperature 0.7, top-p 0.9, top-k 40', 'sampled', 'generation', depth),
      ]),
      notes: [`Threads of Sanjha: ${own.threads}.`, peer],
    }
  },
}
