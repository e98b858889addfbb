import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testModelPath } from '../../../../test/support/testModel.ts'
import type { Engine, GenerateRequest, Part, Sampling, Usage } from '../../contract.ts'
import { codeOf, collect, never, textOfParts } from '../../testing/requests.ts'
import { createNativeEngine } from './index.ts'

const modelPath = await testModelPath()
let engine: Engine

beforeAll(async () => {
  engine = await createNativeEngine({ modelPath, contextLength: 1024, threads: 'auto' })
})
afterAll(() => engine.close())

const complete = (prompt: string, more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  input: { type: 'completion', prompt },
  maxTokens: 24,
  sampling: { temperature: 0 },
  ...more,
})
const usageOf = (parts: readonly Part[]): Usage => {
  const last = parts.at(-1)
  if (last?.type !== 'finish') throw new Error('no finish')
  return last.usage
}
const generate = async (request: GenerateRequest): Promise<{ text: string; usage: Usage; parts: Part[] }> => {
  const parts = await collect(engine, request)
  return { text: textOfParts(parts), usage: usageOf(parts), parts }
}

const story =
  'Ada lives in a small house by the sea. Every morning she walks along the beach with her dog, whose name is Rex. ' +
  'They collect shells, pieces of glass and driftwood, and in the afternoon Ada makes lamps of them.'
const prompts = [
  'The capital of France is',
  'List of numbers: 1, 2, 3, 4,',
  '1. Apples\n2. Pears\n3.',
  'def fibonacci(n):\n',
  'In the beginning',
  'Dear Sir or Madam,',
  'The theory of relativity',
  'A recipe for bread:\n',
  `${story}\n\n${story}\n\n${story.slice(0, 60)}`,
  `Text: ${story}\nThe same text again: `,
  'Rain, rain, go away, come again another day. Rain, rain,',
  '{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n{"a": 5,',
]

/** What llama.cpp's own `llama-server` writes at temperature 0. */
const reference = ' Paris.\n\nThe United States has a population of approximately 311 million people'

describe('reference', () => {
  it('continues as llama.cpp’s own programs do', async () => {
    const { text } = await generate(complete('The capital of France is', { maxTokens: 18 }))
    expect(text).toBe(reference)
  })
})

describe('speculative decoding', () => {
  it('gives the same tokens as plain decoding at temperature 0', async () => {
    let accepted = 0
    for (const prompt of prompts) {
      const request = complete(prompt, { maxTokens: 60, sampling: { temperature: 0, seed: 1 } })
      const plain = await generate({ ...request, speculative: false })
      const drafted = await generate(request)
      expect(drafted.text).toBe(plain.text)
      expect(plain.usage.draftTokens).toBe(0)
      accepted += drafted.usage.acceptedTokens
    }
    expect(accepted).toBeGreaterThan(20)
  })

  it('draws the same tokens as plain decoding with a seed', async () => {
    for (const prompt of prompts.slice(-5)) {
      const request = complete(prompt, { maxTokens: 40, sampling: { temperature: 0.5, seed: 7 } })
      expect((await generate(request)).text).toBe((await generate({ ...request, speculative: false })).text)
    }
  })
})

describe('repeatability', () => {
  /** Streams that keep the engine busy in every way. */
  async function underLoad<T>(work: () => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const others = [0, 1, 2, 3].map(async (i) => {
      while (!controller.signal.aborted) {
        const request = complete(`${i} ${story.repeat((i % 3) + 1)}`, { sampling: { temperature: 1 }, maxTokens: 30 })
        await collect(engine, request, controller.signal).catch(() => undefined)
      }
    })
    try {
      return await work()
    } finally {
      controller.abort()
      await Promise.all(others)
    }
  }

  it('scores bit for bit the same alone, in company, and again', async () => {
    const request = { context: story.repeat(3), continuation: ' She sells them on the market.', top: 3 }
    const alone = await engine.score([request], never)
    expect(alone[0]?.length).toBeGreaterThan(4)
    expect(await underLoad(() => engine.score([request], never))).toEqual(alone)
    expect(await engine.score([request], never)).toEqual(alone)
  })

  it.each<[string, Sampling]>([
    ['drawing', { temperature: 0.9, topP: 0.9, seed: 42 }],
    ['greedy', { temperature: 0, seed: 1 }],
  ])('generates the same with a seed, alone and in company (%s)', async (_name, sampling) => {
    const request = complete(`${story.repeat(5)}\n\nThe next day`, { sampling, maxTokens: 32, logprobs: 2 })
    const only = (parts: readonly Part[]): unknown => parts.filter((part) => part.type === 'text')
    const alone = await generate(request)
    const inCompany = await underLoad(() => generate(request))
    expect(inCompany.text).toBe(alone.text)
    expect(only(inCompany.parts)).toEqual(only(alone.parts))
  })
})

describe('cached prefixes', () => {
  it('cost nothing when a prompt grows or comes again', async () => {
    const first = await generate(complete(`Cache: ${story}`, { maxTokens: 8 }))
    expect(first.usage.cachedTokens).toBeLessThan(10)
    const again = await generate(complete(`Cache: ${story}`, { maxTokens: 8 }))
    expect(again.usage.cachedTokens).toBe(again.usage.promptTokens - 1)
    const longer = await generate(complete(`Cache: ${story} And then`, { maxTokens: 1 }))
    expect(longer.usage.cachedTokens).toBeGreaterThanOrEqual(first.usage.promptTokens - 1)
    const off = await generate(complete(`Cache: ${story}`, { maxTokens: 1, cachePrompt: false }))
    expect(off.usage.cachedTokens).toBe(0)
  })

  it('are shared by requests that run at the same time', async () => {
    const system = `Shared: ${story.repeat(2)}`
    await generate(complete(system, { maxTokens: 1 }))
    const all = await Promise.all([1, 2, 3, 4].map((i) => generate(complete(`${system} ${i}`, { maxTokens: 4 }))))
    for (const { usage } of all) expect(usage.cachedTokens).toBeGreaterThan(usage.promptTokens - 6)
  })

  it('outlive other requests outside of the context, and say the same when they come back', async () => {
    // With one slot the other request takes the place of the first.
    const small = await createNativeEngine({ modelPath, contextLength: 1024, slots: 1 })
    const ask = async (prompt: string): Promise<{ text: string; logprob: number; cached: number; length: number }> => {
      const parts = await collect(small, complete(prompt, { maxTokens: 1, logprobs: 5 }))
      const { cachedTokens: cached, promptTokens: length } = usageOf(parts)
      const [part] = parts
      return {
        text: textOfParts(parts),
        logprob: (part?.type === 'text' && part.logprobs?.[0]?.logprob) || 0,
        cached,
        length,
      }
    }
    try {
      const chat = `Shelf: ${story.repeat(6)}\n\nAda`
      const first = await ask(chat)
      expect((await ask('Something else entirely')).cached).toBe(0)
      const again = await ask(chat)
      expect(again.cached).toBe(again.length - 1)
      expect(again.text).toBe(first.text)
      // Other pieces and another place give other bits; another memory would give another answer.
      expect(first.logprob).toBeLessThan(0)
      expect(Math.abs(again.logprob - first.logprob)).toBeLessThan(0.5)
    } finally {
      await small.close()
    }
  })
})

describe('limits', () => {
  it('refuses a text so long that turning it into tokens would hold up everybody', async () => {
    const huge = 'a'.repeat(5 * 2 ** 20)
    expect(await codeOf(collect(engine, complete(huge)))).toBe('context_length_exceeded')
    expect(await codeOf(engine.tokenize(huge))).toBe('context_length_exceeded')
    expect(await codeOf(engine.embed([huge], {}, new AbortController().signal))).toBe('context_length_exceeded')
  })

  it('refuses a prompt that is too long before any work, with the numbers', async () => {
    const request = complete('word '.repeat(2000))
    expect(await codeOf(collect(engine, request))).toBe('context_length_exceeded')
  })

  it('ends with length when the context is full', async () => {
    const { tokens } = { tokens: await engine.tokenize(story.repeat(30)) }
    const prompt = tokens.slice(0, 1015)
    const parts = await collect(engine, {
      input: { type: 'completion', prompt },
      ignoreEnd: true,
      sampling: { temperature: 0 },
    })
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'length' })
    expect(usageOf(parts).completionTokens).toBe(1024 - 1015)
  })

  it('evaluates the prompt only when no token is wanted', async () => {
    const { text, usage } = await generate(complete(`Zero: ${story}`, { maxTokens: 0 }))
    expect(text).toBe('')
    expect(usage.completionTokens).toBe(0)
    expect((await generate(complete(`Zero: ${story}`, { maxTokens: 1 }))).usage.cachedTokens).toBeGreaterThan(20)
  })

  it('lets more requests wait than there are slots, and serves all', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => generate(complete(`Number ${i} is`, { maxTokens: 5 }))),
    )
    for (const { usage } of answers) expect(usage.completionTokens).toBeGreaterThan(0)
  })

  it('serves prompts that together do not fit at the same time', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map((i) => generate(complete(`${i} ${story.repeat(6)}`, { maxTokens: 100, ignoreEnd: true }))),
    )
    for (const { usage } of answers) expect(usage.completionTokens).toBe(100)
  })

  it('refuses tokens that the model does not have', async () => {
    expect(await codeOf(collect(engine, { input: { type: 'completion', prompt: [1, 10_000_000] } }))).toBe(
      'invalid_request',
    )
    expect(await codeOf(engine.detokenize([-1]))).toBe('invalid_request')
    expect(await codeOf(engine.score([{ context: [1], continuation: [99_999_999] }], never))).toBe('invalid_request')
  })
})

describe('cancellation', () => {
  it('ends a long prompt’s evaluation, and the next request works', async () => {
    const controller = new AbortController()
    const work = collect(engine, complete(`Cancel ${story.repeat(15)}`, { cachePrompt: false }), controller.signal)
    setTimeout(() => controller.abort(), 50)
    expect(await codeOf(work)).toBe('cancelled')
    const { text } = await generate(complete('The capital of France is', { maxTokens: 2 }))
    expect(text).toBe(' Paris.')
  })

  it('does not disturb the others', async () => {
    const request = complete('The capital of France is', { maxTokens: 18 })
    const controllers = [1, 2, 3].map(() => new AbortController())
    const cancelled = controllers.map((controller, i) =>
      codeOf(collect(engine, complete(`${i} ${story.repeat(10)}`, { cachePrompt: false }), controller.signal)),
    )
    const kept = generate(request)
    for (const [i, controller] of controllers.entries()) setTimeout(() => controller.abort(), 40 * (i + 1))
    expect(await Promise.all(cancelled)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect((await kept).text).toBe(reference)
  })

  it('ends an embedding under way and those that wait', async () => {
    const controller = new AbortController()
    const text = story.repeat(15)
    const work = codeOf(engine.embed([text, text, text, text], {}, controller.signal))
    setTimeout(() => controller.abort(), 100)
    expect(await work).toBe('cancelled')
    expect((await engine.embed(['a red apple'], {}, never)).vectors).toHaveLength(1)
  })

  it('takes a waiting request out of the queue', async () => {
    const controller = new AbortController()
    const running = Array.from({ length: 8 }, (_, i) => generate(complete(`${i} is`, { maxTokens: 20 })))
    const waiting = codeOf(collect(engine, complete('Never'), controller.signal))
    setTimeout(() => controller.abort(), 30)
    expect(await waiting).toBe('cancelled')
    await Promise.all(running)
  })
})

describe('sampling', () => {
  const ask = (sampling: Sampling, more: Partial<GenerateRequest> = {}): Promise<{ text: string }> =>
    generate(complete('My favourite colours are', { sampling: { seed: 5, ...sampling }, maxTokens: 16, ...more }))

  it.each<[string, Sampling]>([
    ['top-k', { temperature: 1, topK: 5 }],
    ['top-p', { temperature: 1, topP: 0.5 }],
    ['min-p', { temperature: 1, minP: 0.2 }],
    ['typical', { temperature: 1, typicalP: 0.5 }],
    ['repetition', { temperature: 0, repeatPenalty: 1.5 }],
    ['presence and frequency', { temperature: 0, presencePenalty: 2, frequencyPenalty: 2, repeatLastN: -1 }],
    ['DRY', { temperature: 0, dry: { multiplier: 2, allowedLength: 1 } }],
    ['XTC', { temperature: 1, xtc: { probability: 1, threshold: 0.05 } }],
    ['mirostat 1', { temperature: 1, mirostat: { version: 1, tau: 3 } }],
    ['mirostat 2', { temperature: 1, mirostat: { version: 2, tau: 3 } }],
  ])('%s works and repeats with a seed', async (_name, sampling) => {
    const { text } = await ask(sampling)
    expect(text).not.toBe('')
    expect((await ask(sampling)).text).toBe(text)
  })

  it('differs with another seed', async () => {
    const texts = new Set<string>()
    for (const seed of [1, 2, 3, 4]) texts.add((await ask({ temperature: 1.5, topK: 0, minP: 0, topP: 1, seed })).text)
    expect(texts.size).toBeGreaterThan(1)
  })

  it('never writes a banned token, and does write a pushed one', async () => {
    const [paris] = await engine.tokenize(' Paris')
    const [rome] = await engine.tokenize(' Rome')
    const answer = async (token: number, bias: number): Promise<string> => {
      const sampling = { temperature: 0, logitBias: new Map([[token, bias]]) }
      return (await generate(complete('The capital of France is', { sampling, maxTokens: 1 }))).text
    }
    expect(await answer(paris as number, -100)).not.toBe(' Paris')
    expect(await answer(rome as number, 100)).toBe(' Rome')
  })
})

describe('grammar', () => {
  it('keeps to a JSON schema, greedy and drawing', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string', maxLength: 20 }, age: { type: 'integer', minimum: 0, maximum: 120 } },
      required: ['name', 'age'],
      additionalProperties: false,
    }
    for (const temperature of [0, 1]) {
      const { text } = await generate(
        complete('A person: ', { format: { type: 'json-schema', schema }, maxTokens: 60, sampling: { temperature } }),
      )
      const person = JSON.parse(text) as Record<string, unknown>
      expect(Object.keys(person).sort()).toEqual(['age', 'name'])
      expect(Number.isInteger(person['age'])).toBe(true)
    }
  })

  it('refuses a grammar that cannot be read', async () => {
    const format = { type: 'grammar', grammar: 'root ::= (' } as const
    expect(await codeOf(collect(engine, complete('x', { format })))).toBe('invalid_request')
    const noRoot = { type: 'grammar', grammar: 'start ::= "a"' } as const
    expect(await codeOf(collect(engine, complete('x', { format: noRoot })))).toBe('invalid_request')
  })
})

describe('text', () => {
  it('never breaks a character, and gives the bytes of each token', async () => {
    const emoji = '🙂🚀🙂🚀🙂🚀🙂🚀🙂🚀'
    const { text, parts } = await generate(complete(emoji, { maxTokens: 30, logprobs: 0 }))
    expect(text).not.toContain('\ufffd')
    const logprobs = parts.flatMap((part) => (part.type === 'text' ? (part.logprobs ?? []) : []))
    const bytes = Uint8Array.from(logprobs.flatMap((each) => [...each.bytes]))
    expect(new TextDecoder().decode(bytes).startsWith(text)).toBe(true)
  })
})
