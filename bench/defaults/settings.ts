import type { Sampling } from '../../src/engine/index.ts'

/** One way to ask. */
export interface AskingSetting {
  readonly name: string
  /** The system prompt; the empty string is none at all; absent: whatever the model's template puts in by itself. */
  readonly system?: string
  readonly sampling: Sampling
  /** Asked once per seed. Without chance once is enough. */
  readonly seeds: readonly number[]
}

const greedy: Sampling = { temperature: 0, repeatPenalty: 1 }
const cool: Sampling = { temperature: 0.2, topK: 50, topP: 0.9, repeatPenalty: 1.05 }
const warm: Sampling = { temperature: 0.7, topK: 40, topP: 0.95, repeatPenalty: 1 }
const once = [1]
const thrice = [1, 2, 3]

/** To try another one: a line here. */
export const askingSettings: readonly AskingSetting[] = [
  { name: 'template, greedy', sampling: greedy, seeds: once },
  { name: 'none, greedy', system: '', sampling: greedy, seeds: once },
  { name: 'none, greedy, penalty 1.05', system: '', sampling: { ...greedy, repeatPenalty: 1.05 }, seeds: once },
  { name: 'helpful, greedy', system: 'You are a helpful assistant.', sampling: greedy, seeds: once },
  { name: 'short, greedy', system: 'Answer briefly and correctly.', sampling: greedy, seeds: once },
  { name: 'template, 0.2', sampling: cool, seeds: thrice },
  { name: 'none, 0.2', system: '', sampling: cool, seeds: thrice },
  { name: 'none, 0.7', system: '', sampling: warm, seeds: thrice },
]
