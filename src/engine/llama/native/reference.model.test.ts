import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testModelPath } from '../../../../test/support/testModel.ts'
import type { Engine } from '../../contract.ts'
import { collect, never, textOfParts } from '../../testing/requests.ts'
import reference from './fixtures/llamaServer.json' with { type: 'json' }
import { createNativeEngine } from './index.ts'

const modelPath = await testModelPath()
let engine: Engine
beforeAll(async () => {
  engine = await createNativeEngine({ modelPath, contextLength: 512, slots: 1, threads: 1, speculative: false })
})
afterAll(() => engine.close())

// Another build or another processor rounds otherwise, which moves log-probabilities by so much.
const tolerance = 0.3

describe('llama-server gives the same', () => {
  it.each(reference.completions)('text and log-probabilities after $prompt', async ({ prompt, tokens }) => {
    const parts = await collect(engine, {
      input: { type: 'completion', prompt },
      maxTokens: tokens.length,
      sampling: { temperature: 0 },
      logprobs: 3,
    })
    expect(textOfParts(parts)).not.toBe('')
    const found = parts.flatMap((part) => (part.type === 'text' ? (part.logprobs ?? []) : []))
    let compared = 0
    for (const [i, { id, logprob, top }] of tokens.entries()) {
      expect(Math.abs((found[i]?.logprob ?? Number.NaN) - logprob)).toBeLessThan(tolerance)
      const margin = (top[0]?.[1] ?? 0) - (top[1]?.[1] ?? 0)
      // From a near tie on, both may go different ways and be right.
      if (margin < tolerance && found[i]?.tokenId !== id) break
      expect(found[i]?.tokenId).toBe(id)
      compared++
    }
    expect(compared).toBeGreaterThan(2)
  })

  it.each(reference.embeddings)('embedding of $text', async ({ text, first, length }) => {
    const { vectors } = await engine.embed([text], {}, never)
    expect(vectors[0]).toHaveLength(length)
    for (const [i, value] of first.entries()) expect(vectors[0]?.[i]).toBeCloseTo(value, 4)
  })

  it('scores as it generates', async () => {
    for (const { prompt, tokens } of reference.completions) {
      const ids = await engine.tokenize(prompt, { special: true })
      const [scores] = await engine.score([{ context: ids, continuation: tokens.map((each) => each.id) }], never)
      expect(scores).toHaveLength(tokens.length)
      for (const [i, each] of (scores ?? []).entries()) {
        expect(Math.abs(each.logprob - (tokens[i]?.logprob ?? Number.NaN))).toBeLessThan(tolerance)
      }
    }
  })
})
