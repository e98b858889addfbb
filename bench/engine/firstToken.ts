import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { interleave } from '../method/interleave.ts'
import { plainText } from '../method/text.ts'
import { llamaBench } from '../peers/llamaBench.ts'
import { greedy } from './arms.ts'
import { OwnEngine } from './OwnEngine.ts'

/** Time to the first token with a long system prompt, never seen before and seen before. */
export const firstToken: Benchmark = {
  name: 'engine.first-token',
  summary:
    'From asking to the first piece of text: a chat with a system prompt of about 1,000 tokens and another short question each time. Cold: that system prompt was never seen before. Cached: it was.',
  run: async (context): Promise<BenchmarkResult> => {
    const words = context.quick ? 100 : 900
    await using own = await OwnEngine.open(context)
    let promptTokens = 0
    const ask = async (system: string, question: string): Promise<number> => {
      const { firstMs, usage } = await own.run(
        {
          input: {
            type: 'chat',
            messages: [
              { role: 'system', content: [{ type: 'text', text: system }] },
              { role: 'user', content: [{ type: 'text', text: question }] },
            ],
          },
          maxTokens: 4,
          sampling: greedy,
          ignoreEnd: true,
        },
        context.signal,
      )
      promptTokens = usage.promptTokens
      return firstMs
    }
    const question = (round: number): string => `What is ${round + 7} plus ${round * 3 + 11}?`
    const known = plainText(3, words)
    await ask(known, 'Who are you?')
    const arms = [
      {
        name: 'cold',
        run: async (round: number) => ({ ms: await ask(plainText(500 + round, words), question(round)) }),
      },
      { name: 'cached', run: async (round: number) => ({ ms: await ask(known, question(round)) }) },
      ...(context.peers.llamaBench === undefined
        ? []
        : [
            {
              name: 'peer',
              warmsItself: true,
              run: async () => ({
                ms: (1000 * promptTokens) / (await llamaBench(context, { prompt: promptTokens })).prompt,
              }),
            },
          ]),
    ]
    const values = await interleave(arms, context)
    const peer = values('peer', 'ms')
    return {
      measurements: [
        {
          label: `first token, cached, ${promptTokens} tokens`,
          unit: 'ms',
          ours: values('cached', 'ms'),
          peer: { name: 'the same cold', values: values('cold', 'ms') },
          target: { of: 'inverse ratio', atLeast: 5 },
        },
        {
          label: `first token, cold, ${promptTokens} tokens`,
          unit: 'ms',
          ours: values('cold', 'ms'),
          ...(peer.length > 0 && {
            peer: { name: 'llama-bench, evaluation of as many tokens', values: peer },
            target: { of: 'inverse ratio', atLeast: 0.95 },
          }),
        },
      ],
      notes: [`Threads of Sanjha: ${own.threads}.`],
    }
  },
}
