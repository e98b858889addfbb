import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { type Arm, interleave } from '../method/interleave.ts'
import { missing } from '../peers/llamaBench.ts'
import { greedy, ownGeneration, peerArm } from './arms.ts'
import { OwnEngine } from './OwnEngine.ts'

/** How generation slows down as the conversation grows. */
export const history: Benchmark = {
  name: 'engine.history',
  summary: 'Generation with so many tokens of history, greedy, one stream, nothing proposed ahead.',
  run: async (context): Promise<BenchmarkResult> => {
    if (context.peers.llamaBench === undefined) return { measurements: [], notes: [], skipped: missing }
    const depths = context.quick ? [0, 128] : [0, 1000, 2000, 4000, 8000]
    const tokens = context.quick ? 8 : 64
    // Each round of llama-bench evaluates the whole history again, minutes for the longest.
    const rounds = Math.min(context.rounds, 3)
    await using own = await OwnEngine.open(context)
    const measurements = []
    for (const depth of depths) {
      context.say(`depth ${depth}`)
      const arms: Arm[] = [
        ownGeneration(context, own, { name: 'ours', depth, tokens, sampling: greedy }),
        peerArm(context, 'peer', { generate: tokens, depth }),
      ]
      // Our first round evaluates the history; llama-bench warms itself up.
      const [ours] = arms
      if (ours !== undefined) await ours.run(-1)
      const values = await interleave(arms, { ...context, rounds, warmUps: 0 })
      measurements.push({
        label: `generation at depth ${depth}`,
        unit: 'tokens/s' as const,
        ours: values('ours', 'generation'),
        peer: { name: 'llama-bench', values: values('peer', 'generation') },
        target: { of: 'ratio', atLeast: 0.95 } as const,
      })
    }
    return { measurements, notes: [`Threads of Sanjha: ${own.threads}.`] }
  },
}
