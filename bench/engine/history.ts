import type { Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { type Arm, interleave, roundsNote } from '../method/interleave.ts'
import { missing } from '../peers/llamaBench.ts'
import { startLlamaServer, timedCompletion } from '../peers/llamaServer.ts'
import { greedy, ownGeneration } from './arms.ts'
import { MemoryReader } from './MemoryReader.ts'
import { bytesPerToken, limits, memoryArm } from './memoryLimit.ts'
import { OwnEngine } from './OwnEngine.ts'

/** For each depth, so that a slow machine does not make the whole endless. */
const budgetMs = 35_000

/** How generation slows down as the conversation grows. */
export const history: Benchmark = {
  name: 'engine.history',
  summary:
    'Generation with so many tokens of history, greedy, one stream, nothing proposed ahead, in turns of a second or two. Both sides keep the history in their cache; llama-server reports its own time. (llama-bench would evaluate the whole history anew for each turn.)',
  run: async (context): Promise<BenchmarkResult> => {
    if (context.peers.llamaServer === undefined) return { measurements: [], notes: [], skipped: missing }
    const depths = context.quick ? [0, 128] : [0, 1000, 2000, 4000, 8000]
    const tokens = context.quick ? 8 : 48
    const bytes = await bytesPerToken(await context.model())
    await using own = await OwnEngine.open(context)
    await using theirs = await startLlamaServer(context, { slots: 1, contextLength: (depths.at(-1) ?? 0) + 128 })
    await using reader = await MemoryReader.start(context)
    const measurements: Measurement[] = []
    const notes: string[] = []
    for (const depth of depths) {
      context.say(`depth ${depth}`)
      const prompt = await own.tokens(1, Math.max(1, depth))
      const arms: Arm<string>[] = [
        ownGeneration(context, own, { name: 'ours', depth, tokens, sampling: greedy }),
        {
          name: 'theirs',
          run: async () => ({ generation: await timedCompletion(theirs.url, prompt, tokens) }),
        },
        memoryArm(reader),
      ]
      // The first turn evaluates what the history has more than the last one.
      for (const arm of arms) await arm.run(-2)
      const values = await interleave(arms, { ...context, budgetMs })
      const label = `generation at depth ${depth}`
      measurements.push({
        label,
        unit: 'tokens/s',
        ours: values('ours', 'generation'),
        peer: { name: 'llama-server', values: values('theirs', 'generation') },
        limit: limits(values('memory', 'read'), bytes, depth + tokens / 2),
        target: { of: 'ratio', atLeast: 0.95 },
      })
      notes.push(...roundsNote(values('ours', 'generation').length, context.rounds).map((note) => `${label}: ${note}`))
    }
    return { measurements, notes: [`Threads of Sanjha: ${own.threads}.`, ...notes] }
  },
}
