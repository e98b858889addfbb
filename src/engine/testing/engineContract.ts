import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, GenerateRequest, Part } from '../contract.ts'
import { codeOf, collect, never, textOfParts, userChat } from './requests.ts'

export interface EngineContractOptions {
  /** Milliseconds that one test may take; a real model on a busy machine needs more. Default 10,000. */
  readonly timeoutMs?: number
  /** A chat whose answer has some dozens of tokens at least. */
  readonly longPrompt?: string
  /** What a remote engine cannot do although the contract has it. */
  readonly without?: readonly ('tokenize' | 'renderChat' | 'status' | 'errors')[]
}

/** The suite that every engine passes, whatever is behind it. `make` is called once; the engine is closed at the end. */
export function describeEngineContract(
  name: string,
  make: () => Promise<Engine>,
  options: EngineContractOptions = {},
): void {
  const { timeoutMs = 10_000, longPrompt = '[[repeat 60 la]]', without = [] } = options
  const greedy = { sampling: { temperature: 0, seed: 1 } } as const

  describe(`engine contract: ${name}`, { timeout: timeoutMs }, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await make()
    }, timeoutMs)
    afterAll(async () => {
      await engine.close()
    }, timeoutMs)

    const long = (more: Partial<GenerateRequest> = {}): GenerateRequest => ({
      input: userChat(longPrompt),
      maxTokens: 24,
      ...greedy,
      ...more,
    })

    it('gives parts, then exactly one finish, last', async () => {
      const parts = await collect(engine, long())
      expect(parts.length).toBeGreaterThan(1)
      expect(parts.filter((part) => part.type === 'finish')).toHaveLength(1)
      expect(parts.at(-1)?.type).toBe('finish')
      expect(textOfParts(parts)).not.toBe('')
    })

    it('ends at maxTokens with reason length and counts what it made', async () => {
      const finish = (await collect(engine, long({ maxTokens: 5 }))).at(-1)
      expect(finish).toMatchObject({ type: 'finish', reason: 'length', usage: { completionTokens: 5 } })
    })

    it('reports whole numbers of tokens that fit together', async () => {
      const finish = (await collect(engine, long())).at(-1)
      if (finish?.type !== 'finish') throw new Error('no finish')
      const { promptTokens, completionTokens, cachedTokens, reasoningTokens, draftTokens, acceptedTokens } =
        finish.usage
      for (const count of Object.values({
        promptTokens,
        completionTokens,
        cachedTokens,
        reasoningTokens,
        draftTokens,
      })) {
        expect(Number.isInteger(count) && count >= 0).toBe(true)
      }
      expect(promptTokens).toBeGreaterThan(0)
      expect(completionTokens).toBeLessThanOrEqual(24)
      expect(cachedTokens).toBeLessThanOrEqual(promptTokens)
      expect(reasoningTokens).toBeLessThanOrEqual(completionTokens)
      expect(acceptedTokens).toBeLessThanOrEqual(draftTokens)
    })

    it('ends before a stop string and never lets a piece of it out', async () => {
      const whole = textOfParts(await collect(engine, long()))
      const stop = whole.slice(Math.floor(whole.length / 2), Math.floor(whole.length / 2) + 4)
      const parts = await collect(engine, long({ stop: [stop] }))
      expect(textOfParts(parts)).toBe(whole.slice(0, whole.indexOf(stop)))
      expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' })
    })

    it('gives the same answer again for the same seed at temperature 0', async () => {
      expect(textOfParts(await collect(engine, long()))).toBe(textOfParts(await collect(engine, long())))
    })

    it('serves several requests at once without mixing them up', async () => {
      const prompts = ['[[say one]]', '[[say two]]', '[[say three]]', '[[say four]]']
      const ask = (prompt: string): Promise<Part[]> =>
        collect(engine, { input: { type: 'completion', prompt }, maxTokens: 8, ...greedy })
      const alone: string[] = []
      for (const prompt of prompts) alone.push(textOfParts(await ask(prompt)))
      const together = await Promise.all(prompts.map(ask))
      expect(together.map(textOfParts)).toEqual(alone)
    })

    it('throws cancelled when aborted before it starts', async () => {
      expect(await codeOf(collect(engine, long(), AbortSignal.abort()))).toBe('cancelled')
    })

    it('throws cancelled when aborted in the middle, and works on', async () => {
      const controller = new AbortController()
      const seen: Part[] = []
      const work = (async () => {
        for await (const part of engine.generate(long({ maxTokens: 60 }), controller.signal)) {
          seen.push(part)
          controller.abort()
        }
      })()
      expect(await codeOf(work)).toBe('cancelled')
      expect(seen.some((part) => part.type === 'finish')).toBe(false)
      expect(textOfParts(await collect(engine, long()))).not.toBe('')
    })

    it('frees its place when the reader simply stops reading', async () => {
      for (let round = 0; round < 20; round++) {
        for await (const part of engine.generate(long(), never)) {
          expect(part.type).not.toBe('finish')
          break
        }
      }
      expect((await collect(engine, long())).at(-1)?.type).toBe('finish')
    })

    it('reports log-probabilities ≤ 0 with as many alternatives as asked for', async () => {
      const parts = await collect(engine, long({ logprobs: 3, maxTokens: 4 }))
      const reported = parts.flatMap((part) => (part.type === 'text' ? (part.logprobs ?? []) : []))
      expect(reported.length).toBeGreaterThan(0)
      for (const token of reported) {
        expect(token.logprob).toBeLessThanOrEqual(0)
        expect(token.top).toHaveLength(3)
        const sorted = token.top.map((each) => each.logprob).toSorted((a, b) => b - a)
        expect(token.top.map((each) => each.logprob)).toEqual(sorted)
      }
    })

    it.skipIf(without.includes('errors'))('refuses bad input by code, and works on', async () => {
      const bad: Partial<GenerateRequest>[] = [
        { input: { type: 'chat', messages: [] } },
        { maxTokens: -1 },
        { sampling: { temperature: -1 } },
        { logprobs: 21 },
      ]
      for (const each of bad) expect(await codeOf(collect(engine, long(each)))).toBe('invalid_request')
      expect((await collect(engine, long())).at(-1)?.type).toBe('finish')
    })

    it('refuses a prompt that is longer than the context', async () => {
      const prompt = 'word '.repeat(engine.capabilities.contextLength + 1)
      const work = collect(engine, { input: { type: 'completion', prompt }, maxTokens: 1 })
      expect(await codeOf(work)).toBe('context_length_exceeded')
    })

    it('embeds texts as vectors of one length, of norm 1, the same again', async ({ skip }) => {
      if (!engine.capabilities.embed) return skip('it cannot embed')
      const texts = ['a red apple', 'the theory of numbers', 'a red apple']
      const { vectors, tokens } = await engine.embed(texts, {}, never)
      expect(vectors).toHaveLength(3)
      expect(tokens).toHaveLength(3)
      for (const vector of vectors) {
        expect(vector).toBeInstanceOf(Float32Array)
        expect(vector).toHaveLength(vectors[0]?.length ?? 0)
        expect(Math.hypot(...vector)).toBeCloseTo(1, 4)
      }
      expect(vectors[2]).toEqual(vectors[0])
      expect(vectors[1]).not.toEqual(vectors[0])
    })

    it('cuts embeddings to the dimensions asked for, of norm 1 again', async ({ skip }) => {
      if (!engine.capabilities.embed) return skip('it cannot embed')
      const { vectors } = await engine.embed(['a red apple'], { dimensions: 4 }, never)
      expect(vectors[0]).toHaveLength(4)
      expect(Math.hypot(...(vectors[0] ?? []))).toBeCloseTo(1, 4)
    })

    it('scores every token of a continuation, ≤ 0, the same in any company', async ({ skip }) => {
      if (!engine.capabilities.score) return skip('it cannot score')
      const request = { context: 'The capital of France is', continuation: ' Paris, of course.' }
      const [alone] = await engine.score([request], never)
      expect(alone?.map((token) => token.token).join('')).toBe(request.continuation)
      for (const token of alone ?? []) expect(token.logprob).toBeLessThanOrEqual(0)
      const other = { context: 'One, two, three,', continuation: ' four, five' }
      const company = await engine.score([other, request, other], never)
      expect(company).toHaveLength(3)
      expect(company[1]?.map((token) => token.logprob)).toEqual(alone?.map((token) => token.logprob))
    })

    it('reranks: one number per document, in the order of the documents', async ({ skip }) => {
      if (!engine.capabilities.rerank) return skip('it cannot rerank')
      const documents = ['Bananas are yellow.', 'The sky over the red planet is red.']
      const { scores, tokens } = await engine.rerank('red planet', documents, never)
      expect(scores).toHaveLength(2)
      expect(scores[1]).toBeGreaterThan(scores[0] ?? Number.NaN)
      expect(tokens).toBeGreaterThan(0)
    })

    it.skipIf(without.includes('tokenize'))('turns text into tokens and back', async () => {
      const text = 'Ein Text, अनेक लिपियाँ, 漢字 and 🙂 — done.\n'
      const tokens = await engine.tokenize(text)
      expect(tokens.length).toBeGreaterThan(1)
      expect(await engine.detokenize(tokens)).toBe(text)
    })

    it.skipIf(without.includes('renderChat'))('renders a chat as the prompt that it becomes', async () => {
      const { prompt, tokens } = await engine.renderChat(userChat('Render this.'))
      expect(prompt).toContain('Render this.')
      expect(tokens.length).toBeGreaterThan(1)
    })

    it.skipIf(without.includes('status'))(
      'has nothing active when nothing is asked, and counts its requests',
      async () => {
        const before = engine.status().totals
        await collect(engine, long({ maxTokens: 3 }))
        await expect.poll(() => engine.status().active).toBe(0)
        const after = engine.status().totals
        expect(after.requests).toBeGreaterThan(before.requests)
        expect(after.completionTokens).toBeGreaterThan(before.completionTokens)
      },
    )

    it('closes: what is in flight and what comes later fails with cancelled', async () => {
      const other = await make()
      const parts = other.generate(long({ maxTokens: 60 }), never)
      const iterator = parts[Symbol.asyncIterator]()
      await iterator.next()
      await other.close()
      const drain = async (): Promise<void> => {
        while (!(await iterator.next()).done);
      }
      expect(await codeOf(drain())).toBe('cancelled')
      expect(await codeOf(collect(other, long()))).toBe('cancelled')
      await other.close()
    })
  })
}
