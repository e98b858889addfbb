import { afterAll, beforeAll, expect, it } from 'vitest'
import { testModelPath } from '../../../../test/support/testModel.ts'
import type { Engine, GenerateRequest } from '../../contract.ts'
import { collect, textOfParts } from '../../testing/requests.ts'
import { createNativeEngine } from './index.ts'

const modelPath = await testModelPath()
let engine: Engine

// The model as its own draft: every proposal holds, which shows that positions and caches are right.
beforeAll(async () => {
  engine = await createNativeEngine({ modelPath, draftModelPath: modelPath, contextLength: 512, slots: 2, threads: 1 })
})
afterAll(() => engine.close())

const prompts = ['The sea is', 'My dog and I', 'A long time ago in a']

async function run(request: GenerateRequest): Promise<{ text: string; drafted: number; accepted: number }> {
  const parts = await collect(engine, request)
  const last = parts.at(-1)
  if (last?.type !== 'finish') throw new Error('no finish')
  return { text: textOfParts(parts), drafted: last.usage.draftTokens, accepted: last.usage.acceptedTokens }
}

it.each([0, 0.8])('changes no token at temperature %d', async (temperature) => {
  for (const prompt of prompts) {
    const request: GenerateRequest = {
      input: { type: 'completion', prompt },
      maxTokens: 40,
      sampling: { temperature, seed: 3 },
    }
    const plain = await run({ ...request, speculative: false })
    expect((await run(request)).text).toBe(plain.text)
    expect(plain.drafted).toBe(0)
  }
})

it('proposes, and what it proposes holds', async () => {
  const all = { drafted: 0, accepted: 0 }
  for (const prompt of prompts) {
    const { drafted, accepted } = await run({
      input: { type: 'completion', prompt: `${prompt} not` },
      maxTokens: 100,
      sampling: { temperature: 0 },
    })
    all.drafted += drafted
    all.accepted += accepted
  }
  expect(all.drafted).toBeGreaterThan(0)
  // But for near ties: the draft is decoded in batches of other sizes.
  expect(all.accepted).toBeGreaterThanOrEqual(0.8 * all.drafted)
})

it('survives being cancelled at any moment', async () => {
  for (let delay = 5; delay < 150; delay += 15) {
    const controller = new AbortController()
    const request: GenerateRequest = { input: { type: 'completion', prompt: `${delay} times` }, maxTokens: 60 }
    setTimeout(() => controller.abort(), delay)
    await collect(engine, request, controller.signal).catch(() => undefined)
  }
  expect((await run({ input: { type: 'completion', prompt: 'The end' }, maxTokens: 4 })).text).not.toBe('')
})
