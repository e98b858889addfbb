import type { BenchContext, Benchmark, BenchmarkResult } from '../contract.ts'
import { BusyMachine } from '../method/busy.ts'
import { interleave, roundsNote } from '../method/interleave.ts'
import { plainText } from '../method/text.ts'
import { llamaBench } from '../peers/llamaBench.ts'
import { greedy } from './arms.ts'
import { OwnEngine } from './OwnEngine.ts'

/** A peer that collapses may take a minute for a turn. */
const busyBudgetMs = 180_000

const summary =
  'From asking to the first piece of text: a chat with a system prompt of about 1,000 tokens and another short question each time. Cold: that system prompt was never seen before. Cached: it was.'

/** Time to the first token with a long system prompt, never seen before and seen before. */
export const firstToken: Benchmark = {
  name: 'engine.first-token',
  summary,
  run: (context) => measure(context, false),
}

/** The same where other programs want the cores too. */
export const busyFirstToken: Benchmark = {
  name: 'engine.busy-first-token',
  summary: `${summary} One process per core works without pause beside it.`,
  run: (context) => measure(context, true),
}

async function measure(context: BenchContext, isBusy: boolean): Promise<BenchmarkResult> {
  const words = context.quick ? 100 : 900
  await using own = await OwnEngine.open(context)
  await using others = isBusy ? new BusyMachine() : new BusyMachine(0)
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
  const values = await interleave(arms, { ...context, ...(isBusy && { budgetMs: busyBudgetMs }) })
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
          ...(!isBusy && { target: { of: 'inverse ratio', atLeast: 0.95 } as const }),
        }),
      },
    ],
    notes: [
      `Threads of Sanjha: ${own.threads}.`,
      ...(isBusy ? [`${others.pids.length} busy processes beside.`] : []),
      ...roundsNote(values('cached', 'ms').length, context.rounds),
    ],
  }
}
