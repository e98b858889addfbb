import type { Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { type Arm, interleave } from '../method/interleave.ts'
import { missing } from '../peers/llamaBench.ts'
import { peerArm } from './arms.ts'
import { lookupWorkloads } from './lookupWorkloads.ts'
import { OwnEngine } from './OwnEngine.ts'

/** What proposing tokens from the context itself gains, and that it costs nothing where it gains nothing. */
export const lookup: Benchmark = {
  name: 'engine.lookup',
  summary:
    'Answers about a given text, and text where nothing can be looked up, each with prompt lookup (as users get it) against llama-bench at the same depth and against ourselves without it. Both of our answers are the same, token for token.',
  run: async (context): Promise<BenchmarkResult> => {
    if (context.peers.llamaBench === undefined) return { measurements: [], notes: [], skipped: missing }
    await using own = await OwnEngine.open(context)
    const tokens = context.quick ? 24 : 192
    const measurements: Measurement[] = []
    const notes: string[] = []
    for (const workload of lookupWorkloads(context.quick)) {
      context.say(workload.name)
      const texts = new Map<boolean, string>()
      let promptTokens = 0
      let generated = 0
      let accepted = ''
      const arm = (name: string, speculative: boolean): Arm<'generation'> => ({
        name,
        run: async () => {
          const timed = await own.run(
            {
              input: workload.input,
              maxTokens: tokens,
              ignoreEnd: !workload.gains,
              speculative,
              sampling: workload.sampling,
            },
            context.signal,
          )
          texts.set(speculative, timed.text)
          promptTokens = timed.usage.promptTokens
          generated = timed.usage.completionTokens
          if (speculative) accepted = `${timed.usage.acceptedTokens} of ${timed.usage.draftTokens} proposed tokens held`
          return { generation: timed.tokensPerSecond }
        },
      })
      const plain = arm('without', false)
      await plain.run(-2)
      const compared = workload.gains
        ? [arm('with', true), plain, peerArm(context, 'peer', { generate: generated, depth: promptTokens })]
        : [arm('with', true), plain]
      const values = await interleave<string>(compared, { ...context, warmUps: 2 })
      if (texts.get(true) !== texts.get(false)) {
        notes.push(`${workload.name}: **the answers differ with and without lookup.**`)
      }
      notes.push(`${workload.name}: ${generated} tokens, ${accepted}.`)
      const ours = values('with', 'generation')
      if (workload.gains) {
        measurements.push({
          label: `${workload.name}, ${promptTokens} tokens of prompt`,
          unit: 'tokens/s',
          ours,
          peer: { name: 'llama-bench', values: values('peer', 'generation') },
          target: { of: 'ratio', atLeast: 1.5 },
        })
      }
      measurements.push({
        label: workload.name,
        unit: 'tokens/s',
        ours,
        peer: { name: 'Sanjha without lookup', values: values('without', 'generation') },
        target: { of: 'ratio', atLeast: 0.98 },
      })
    }
    return { measurements, notes }
  },
}
