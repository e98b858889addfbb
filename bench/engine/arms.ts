import type { Sampling } from '../../src/engine/index.ts'
import type { BenchContext } from '../contract.ts'
import type { Arm } from '../method/interleave.ts'
import { type LlamaBenchOptions, type LlamaBenchRow, llamaBench } from '../peers/llamaBench.ts'
import type { OwnEngine } from './OwnEngine.ts'

export const greedy: Sampling = { temperature: 0, repeatPenalty: 1 }
export const sampled: Sampling = { temperature: 0.7, topP: 0.9, topK: 40, repeatPenalty: 1 }

/** Plain decoding at a depth: tokens per second after the first token. Nothing is proposed ahead, so this is the loop itself. */
export function ownGeneration(
  context: BenchContext,
  own: OwnEngine,
  options: { readonly name: string; readonly depth: number; readonly tokens: number; readonly sampling: Sampling },
): Arm<'generation'> {
  return {
    name: options.name,
    run: async () => {
      // The history is the same every time and hence in the cache: what is measured comes after it.
      const prompt = await own.tokens(1, Math.max(1, options.depth))
      const { tokensPerSecond } = await own.run(
        {
          input: { type: 'completion', prompt },
          maxTokens: options.tokens,
          sampling: options.sampling,
          ignoreEnd: true,
          speculative: false,
        },
        context.signal,
      )
      return { generation: tokensPerSecond }
    },
  }
}

/** Evaluation of a new prompt behind a history: its tokens per second until the first token of the answer is here. */
export function ownPrompt(
  context: BenchContext,
  own: OwnEngine,
  options: { readonly name: string; readonly depth: number; readonly tokens: number },
): Arm<'prompt'> {
  return {
    name: options.name,
    run: async (round) => {
      const history = await own.tokens(2, options.depth)
      const request = { maxTokens: 1, sampling: greedy, ignoreEnd: true, speculative: false } as const
      if (history.length > 0) {
        await own.run({ ...request, input: { type: 'completion', prompt: history } }, context.signal)
      }
      const prompt = [...history, ...(await own.tokens(1000 + round, options.tokens))]
      const { firstMs, usage } = await own.run({ ...request, input: { type: 'completion', prompt } }, context.signal)
      return { prompt: (1000 * (usage.promptTokens - usage.cachedTokens)) / firstMs }
    },
  }
}

/** llama-bench, once per round. `seen` gets what it says about itself. */
export function peerArm(
  context: BenchContext,
  name: string,
  options: LlamaBenchOptions & { readonly command?: string; readonly seen?: (row: LlamaBenchRow) => void },
): Arm<'prompt' | 'generation'> {
  return {
    name,
    warmsItself: true,
    run: async () => {
      const row = await llamaBench(context, options, options.command)
      options.seen?.(row)
      return { prompt: row.prompt, generation: row.generation }
    },
  }
}
