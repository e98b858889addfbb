import type { BenchContext, Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { type Arm, interleave, type Rounds } from '../method/interleave.ts'
import { llamaBench, missing } from '../peers/llamaBench.ts'
import { quantize } from '../peers/quantize.ts'
import { type LookupWorkload, lookupWorkloads } from './lookupWorkloads.ts'
import { OwnEngine } from './OwnEngine.ts'

const without = { of: 'ratio', atLeast: 0.98 } as const

const how =
  'Answers about a given text, and text where nothing can be looked up, each with prompt lookup (as users get it) against ourselves without it, and against llama-bench generating as many tokens at the same depth. The prompt is in the cache. With and without lookup the answers must be the same; where they are not, it is said below.'

/** What proposing tokens from the context itself gains, and that it costs nothing where it gains nothing. */
export const lookup: Benchmark = {
  name: 'engine.lookup',
  summary: `${how} The model is in Q4_1, for which llama.cpp has no kernel that reads weights once for several tokens: here two tokens at once take twice as long as one, sixteen eight times and thirty-two sixteen times, so that guesses that always hold would give 2 ×.`,
  run: (context) => compareAll(context),
}

/** The same where checking several tokens at once is cheap. */
export const lookupQ8: Benchmark = {
  name: 'engine.lookup-eight-bit',
  summary: `${how} The same model, converted to Q8_0, which llama.cpp has such a kernel for.`,
  run: async (context) => {
    const { llamaQuantize } = context.peers
    if (llamaQuantize === undefined) return { measurements: [], notes: [], skipped: missing }
    const path = await quantize(context, llamaQuantize, 'Q8_0')
    return await compareAll({ ...context, model: async () => path })
  },
}

async function compareAll(context: BenchContext): Promise<BenchmarkResult> {
  if (context.peers.llamaBench === undefined) return { measurements: [], notes: [], skipped: missing }
  await using own = await OwnEngine.open(context)
  const measurements: Measurement[] = []
  const notes: string[] = []
  const gaining: Rounds[] = []
  for (const workload of lookupWorkloads(context.quick)) {
    context.say(workload.name)
    const { values, facts, tokens, prompt } = await compare(context, own, workload)
    notes.push(...facts)
    if (workload.gains) gaining.push(values)
    const label = `${workload.name} (${prompt} tokens of prompt, ${tokens} of answer)`
    const ours = values('with', 'speed')
    measurements.push({
      label,
      unit: 'tokens/s',
      ours,
      peer: { name: 'Sanjha without lookup', values: values('without', 'speed') },
      target: without,
    })
    if (!workload.gains) continue
    measurements.push({
      label,
      unit: 'tokens/s',
      ours,
      peer: { name: 'llama-bench', values: values('peer', 'speed') },
    })
  }
  const together = (arm: string): number[] =>
    Array.from({ length: context.rounds }, (_, round) => {
      const sum = (metric: string): number =>
        gaining.reduce((total, values) => total + (values(arm, metric)[round] ?? Number.NaN), 0)
      return (1000 * sum('tokens')) / sum('ms')
    })
  return {
    measurements: [
      {
        label: 'summarise, quote and edit together',
        unit: 'tokens/s',
        ours: together('with'),
        peer: { name: 'llama-bench', values: together('peer') },
        target: { of: 'ratio', atLeast: 1.5 },
      },
      ...measurements,
    ],
    notes: [...notes, `Threads of Sanjha: ${own.threads}.`],
  }
}

async function compare(
  context: BenchContext,
  own: OwnEngine,
  workload: LookupWorkload,
): Promise<{ values: Rounds; facts: string[]; tokens: number; prompt: number }> {
  // Where nothing is gained, the answer is as long as a turn may take.
  const maxTokens = context.quick ? 24 : workload.gains ? 192 : 128
  const texts = new Map<boolean, string>()
  let prompt = 0
  let tokens = 0
  let held = ''
  const arm = (name: string, speculative: boolean): Arm => ({
    name,
    run: async () => {
      const { input, sampling, gains } = workload
      const request = { input, sampling, maxTokens, ignoreEnd: !gains, speculative }
      const { text, usage, tokensPerSecond, restMs } = await own.run(request, context.signal)
      texts.set(speculative, text)
      prompt = usage.promptTokens
      tokens = usage.completionTokens
      if (speculative) held = `${usage.acceptedTokens} of ${usage.draftTokens} proposed tokens held`
      return { speed: tokensPerSecond, tokens: tokens - 1, ms: restMs }
    },
  })
  // Both sides shall find the prompt in the cache, and llama-bench be told how long the answer is.
  await arm('without', false).run(-2)
  const arms = [arm('with', true), arm('without', false)]
  if (workload.gains) {
    arms.push({
      name: 'peer',
      warmsItself: true,
      run: async () => {
        const { generation } = await llamaBench(context, { generate: tokens, depth: prompt })
        return { speed: generation, tokens, ms: (1000 * tokens) / generation }
      },
    })
  }
  const values = await interleave(arms, { ...context, warmUps: 2 })
  const facts = [`${workload.name}: ${held}.`]
  if (texts.get(true) !== texts.get(false))
    facts.push(`**${workload.name}: the answers differ with and without lookup.**`)
  return { values, facts, tokens, prompt }
}
