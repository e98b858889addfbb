import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SanjhaError } from '../../../../core/index.ts'
import type { DecodeResult } from '../model/NativeContext.ts'
import { StepCost } from '../speculative/StepCost.ts'
import { fixedThreads } from '../threads/ThreadController.ts'
import { Lane } from './Lane.ts'
import type { LaneContext, LaneOptions } from './LaneOptions.ts'
import { Scheduler } from './Scheduler.ts'
import type { Task } from './Task.ts'

const vocabularySize = 16

/** What the simulated model writes after these tokens: any function that looks at all of them. */
const nextToken = (tokens: readonly number[]): number =>
  tokens.reduce((hash, token) => Math.imul(hash ^ (token + 1), 0x01000193) >>> 0, 0x811c9dc5) % vocabularySize

function expectedText(prompt: readonly number[], count: number): number[] {
  const tokens = [...prompt]
  for (let i = 0; i < count; i++) tokens.push(nextToken(tokens))
  return tokens.slice(prompt.length)
}

/** A context whose memory is checked: a token may only be put right behind what its sequence holds. */
class SimulatedContext implements LaneContext {
  readonly cells: number
  readonly capacity = 24
  readonly outputsMax = 12
  readonly memory: number[][]
  /** Results of the next decodes; then all are done. */
  faults: DecodeResult[] = []
  decodes = 0
  decodedNow = 0
  isDecoding = false
  saves = 0
  restores = 0
  failsToRestore = false
  largestBatch = 0
  readonly #canTrim: boolean
  #batch: { token: number; position: number; sequence: number; row: number }[] = []
  #rows: Float32Array[] = []
  #aborted = false

  constructor(cells: number, sequences: number, canTrim: boolean) {
    this.cells = cells
    this.memory = Array.from({ length: sequences }, () => [])
    this.#canTrim = canTrim
  }

  get size(): number {
    return this.#batch.length
  }

  clearBatch(): void {
    this.#batch = []
    this.#rows = []
  }

  add(token: number, position: number, sequence: number, output: boolean): number {
    if (this.#batch.length >= this.capacity) throw new Error('the batch is full')
    const row = output ? this.#batch.filter((each) => each.row >= 0).length : -1
    this.#batch.push({ token, position, sequence, row })
    if (row >= this.outputsMax) throw new Error('too many outputs')
    return row
  }

  async decode(): Promise<DecodeResult> {
    this.isDecoding = true
    this.decodes++
    this.largestBatch = Math.max(this.largestBatch, this.#batch.length)
    await new Promise((resolve) => setImmediate(resolve))
    this.isDecoding = false
    return this.#evaluate()
  }

  decodeNow(): DecodeResult {
    this.decodes++
    this.decodedNow++
    this.largestBatch = Math.max(this.largestBatch, this.#batch.length)
    return this.#evaluate()
  }

  #evaluate(): DecodeResult {
    const used = this.memory.reduce((sum, each) => sum + each.length, 0)
    let result = this.faults.shift() ?? 'done'
    if (this.#aborted) result = 'aborted'
    this.#aborted = false
    if (used + this.#batch.length > this.cells) result = 'full'
    if (result === 'full') return result
    // An aborted or failed batch may have got as far as half.
    const count = result === 'done' ? this.#batch.length : Math.floor(this.#batch.length / 2)
    for (const { token, position, sequence, row } of this.#batch.slice(0, count)) {
      const memory = this.memory[sequence] as number[]
      if (position !== memory.length) throw new Error(`position ${position} in a memory of ${memory.length}`)
      memory.push(token)
      if (row >= 0) {
        const logits = new Float32Array(vocabularySize)
        logits[nextToken(memory)] = 1
        this.#rows[row] = logits
      }
    }
    return result
  }

  abort(): void {
    if (this.isDecoding) this.#aborted = true
  }

  logits(row: number): Float32Array {
    return this.#rows[row] as Float32Array
  }

  trim(sequence: number, from: number): boolean {
    if (this.isDecoding) throw new Error('touched while decoding')
    const memory = this.memory[sequence] as number[]
    if (from > 0 && from < memory.length && !this.#canTrim) return false
    memory.length = Math.min(memory.length, from)
    return true
  }

  share(source: number, target: number, length: number): void {
    if (this.isDecoding) throw new Error('touched while decoding')
    if ((this.memory[target] as number[]).length > 0) throw new Error('the target is not empty')
    this.memory[target] = (this.memory[source] as number[]).slice(0, length)
  }

  save(sequence: number): Uint8Array {
    if (this.isDecoding) throw new Error('touched while decoding')
    this.saves++
    return Uint8Array.from(this.memory[sequence] as number[])
  }

  restore(sequence: number, data: Uint8Array): boolean {
    if (this.isDecoding) throw new Error('touched while decoding')
    if ((this.memory[sequence] as number[]).length > 0) throw new Error('the target is not empty')
    if (this.failsToRestore || this.memory.flat().length + data.length > this.cells) return false
    this.restores++
    this.memory[sequence] = [...data]
    return true
  }

  setThreads(): void {}
  free(): void {}
}

/** Writes what the model says, and drafts: right tokens, wrong ones, or some of each. */
class WritingTask implements Task {
  readonly tokens: number[]
  cached = 0
  readonly cachePrompt: boolean
  readonly isExact: boolean
  readonly end: Promise<'finished' | 'full' | SanjhaError>
  readonly #promptLength: number
  readonly #count: number
  readonly #draft: number
  #resolve: (how: 'finished' | 'full' | SanjhaError) => void = () => undefined

  constructor(prompt: readonly number[], count: number, draft: number, isExact = false, cachePrompt = true) {
    this.cachePrompt = cachePrompt
    this.tokens = [...prompt]
    this.#promptLength = prompt.length
    this.#count = count
    this.#draft = draft
    this.isExact = isExact
    this.end = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get written(): number[] {
    return this.tokens.slice(this.#promptLength)
  }
  get reusable(): number {
    return this.tokens.length - 1
  }
  get room(): number {
    return this.#promptLength + this.#count
  }
  wants(position: number): boolean {
    return position === this.tokens.length - 1
  }
  take(_position: number, logits: Float32Array): boolean {
    this.tokens.push(logits.indexOf(1))
    return this.written.length < this.#count
  }
  propose(limit: number): readonly number[] {
    const tokens = [...this.tokens]
    for (let i = 0; i < Math.min(limit, this.#draft); i++) {
      tokens.push((nextToken(tokens) + (i === 2 ? 1 : 0)) % vocabularySize)
    }
    return tokens.slice(this.tokens.length)
  }
  started(cached: number): void {
    this.cached = cached
  }
  evaluated(): void {}
  drafted(): void {}
  finished(): void {
    this.#resolve('finished')
  }
  full(): void {
    this.#resolve('full')
  }
  failed(error: SanjhaError): void {
    this.#resolve(error)
  }
}

let time = 0
const clock = { now: () => time, monotonic: () => time++, sleep: async () => undefined }
const lane = (
  context: LaneContext,
  sequences: number,
  isExact: boolean,
  canTrim: boolean,
  quickMs = 0,
  shelf: LaneOptions['shelf'] = { capacity: 0 },
): Lane =>
  new Lane({
    context,
    sequences,
    isExact,
    canTrim,
    clock,
    threads: { generation: fixedThreads(1), prompt: fixedThreads(1) },
    cost: new StepCost(),
    quickMs,
    shelf,
  })

const prompt = fc.array(fc.nat(3), { minLength: 1, maxLength: 60 })
const task = fc.record({
  prompt,
  count: fc.integer({ min: 1, max: 12 }),
  draft: fc.nat(5),
  isExact: fc.boolean(),
  cachePrompt: fc.boolean(),
  /** Decodes after which it is cancelled; −1: never. */
  cancelAfter: fc.oneof(fc.constant(-1), fc.nat(6)),
})
const faults = fc.array(fc.constantFrom<DecodeResult>('done', 'done', 'aborted', 'full'), { maxLength: 12 })

describe('Lane and Scheduler', () => {
  it('write what the model says, whatever is cancelled, aborted, drafted or short of room', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(task, { minLength: 1, maxLength: 8 }),
        faults,
        fc.boolean(),
        fc.constantFrom(0, 1000),
        fc.constantFrom({ capacity: 0 }, { capacity: 60, worthwhile: 10 }),
        fc.boolean(),
        async (list, bad, canTrim, quickMs, shelf, failsToRestore) => {
          const context = new SimulatedContext(80, 3, canTrim)
          context.failsToRestore = failsToRestore
          const exact = new SimulatedContext(80, 1, canTrim)
          context.faults = bad
          const scheduler = new Scheduler({
            shared: lane(context, 3, false, canTrim, quickMs, shelf),
            exact: async () => lane(exact, 1, true, canTrim, quickMs),
          })
          const running = list.map(({ prompt, count, draft, isExact, cachePrompt, cancelAfter }) => {
            const work = new WritingTask(prompt, count, canTrim ? draft : 0, isExact, cachePrompt)
            scheduler.submit(work)
            return { work, expected: expectedText(prompt, count), cancelAfter }
          })
          await Promise.all(
            running.map(async ({ work, expected, cancelAfter }) => {
              if (cancelAfter >= 0) {
                for (let i = 0; i < cancelAfter; i++) await new Promise((resolve) => setImmediate(resolve))
                scheduler.cancel(work)
                expect(work.written).toEqual(expected.slice(0, work.written.length))
                return
              }
              const how = await work.end
              // A fault that hits a task alone may end it; what it wrote is right all the same.
              if (how === 'finished') expect(work.written).toEqual(expected)
              else expect(how).toBe('full')
              expect(work.written).toEqual(expected.slice(0, work.written.length))
            }),
          )
          await expect.poll(() => scheduler.active).toBe(0)
          await scheduler.close()
        },
      ),
      { numRuns: 150 },
    )
  })

  it('puts idle chats out of the way of who works, and goes on with them where they were', async () => {
    const context = new SimulatedContext(200, 2, true)
    const shared = lane(context, 2, false, true, 0, { capacity: 100, worthwhile: 30 })
    const scheduler = new Scheduler({ shared, exact: () => Promise.reject(new Error()) })
    const say = async (prompt: readonly number[], count: number, cachePrompt = true): Promise<WritingTask> => {
      const work = new WritingTask(prompt, count, 0, false, cachePrompt)
      scheduler.submit(work)
      expect(await work.end).toBe('finished')
      expect(work.written).toEqual(expectedText(prompt, count))
      return work
    }
    const chat = Array.from({ length: 40 }, (_, i) => (i * i) % 7)
    const first = await say(chat, 5)
    expect(context.saves).toBe(0)
    await say([9, 8, 7], 20)
    expect(context.saves).toBe(1)
    expect(context.memory.flat()).toHaveLength(22)
    const next = await say([...first.tokens, 1, 2], 5)
    expect([next.cached, context.restores]).toEqual([44, 1])
    // Half of it is a beginning for another, too.
    await say([9, 8, 7], 20)
    expect((await say([...chat.slice(0, 20), 11, 12], 3)).cached).toBe(20)
    // Nothing stays of what is not to be cached.
    await say([13, 14, 15], 5, false)
    expect((await say([13, 14, 15], 5)).cached).toBe(0)
    context.failsToRestore = true
    await say([1, ...chat], 5)
    expect((await say([...first.tokens, 1, 2], 2)).cached).toBe(0)
    await scheduler.close()
  })

  it('throws no chat away for speed: what has no place on the shelf stays where it is', async () => {
    const context = new SimulatedContext(400, 4, true)
    const shared = lane(context, 4, false, true, 0, { capacity: 60, worthwhile: 10 })
    const scheduler = new Scheduler({ shared, exact: () => Promise.reject(new Error()) })
    const chats = [1, 2, 3].map((first) => Array.from({ length: 40 }, (_, i) => (first + i * i) % 7))
    const cached = async (prompt: readonly number[]): Promise<number> => {
      const work = new WritingTask(prompt, 3, 0)
      scheduler.submit(work)
      expect(await work.end).toBe('finished')
      return work.cached
    }
    for (const chat of chats) await cached(chat)
    for (const chat of chats) expect(await cached(chat)).toBe(39)
    await scheduler.close()
  })

  it('begins what fits beside others, although what lies on the shelf for it does not', async () => {
    const context = new SimulatedContext(80, 3, true)
    const shared = lane(context, 3, false, true, 0, { capacity: 60, worthwhile: 10 })
    const scheduler = new Scheduler({ shared, exact: () => Promise.reject(new Error()) })
    const chat = Array.from({ length: 50 }, (_, i) => (i * i) % 7)
    const first = new WritingTask(chat, 1, 0)
    scheduler.submit(first)
    await first.end
    const long = new WritingTask([9, 9, 8], 40, 0)
    scheduler.submit(long)
    while (long.written.length < 32) await new Promise((resolve) => setImmediate(resolve))
    const next = new WritingTask([...chat.slice(0, 20), 11, 12], 3, 0)
    scheduler.submit(next)
    expect(await next.end).toBe('finished')
    expect(long.written.length).toBeLessThan(40)
    expect(await long.end).toBe('finished')
    await scheduler.close()
  })

  it('lets streams go on while a long prompt is read', async () => {
    const context = new SimulatedContext(400, 2, true)
    const scheduler = new Scheduler({ shared: lane(context, 2, false, true), exact: () => Promise.reject(new Error()) })
    const stream = new WritingTask([1, 2], 150, 0)
    scheduler.submit(stream)
    while (stream.written.length < 3) await new Promise((resolve) => setImmediate(resolve))
    const long = new WritingTask(
      Array.from({ length: 200 }, (_, i) => i % 5),
      1,
      0,
    )
    scheduler.submit(long)
    const before = stream.written.length
    await long.end
    expect(stream.written.length).toBeGreaterThan(before + 5)
    await stream.end
    await scheduler.close()
  })

  it('does on its own thread what is quick, once it knows how long it takes, and lets others have their turn', async () => {
    const context = new SimulatedContext(400, 1, true)
    const shared = lane(context, 1, false, true, 1000)
    const scheduler = new Scheduler({ shared, exact: () => Promise.reject(new Error()) })
    const writing = new WritingTask([1], 50, 0)
    let turns = 0
    let isWaiting = true
    const count = (): void => {
      turns++
      if (isWaiting) setImmediate(count)
    }
    setImmediate(count)
    scheduler.submit(writing)
    expect(await writing.end).toBe('finished')
    isWaiting = false
    expect(context.decodedNow).toBeGreaterThan(40)
    expect(context.decodedNow).toBeLessThan(context.decodes)
    expect(turns).toBeGreaterThan(40)
    await scheduler.close()
  })

  it('fails only the tasks of a batch that native code could not evaluate, and works on', async () => {
    const context = new SimulatedContext(100, 2, true)
    const scheduler = new Scheduler({ shared: lane(context, 2, false, true), exact: () => Promise.reject(new Error()) })
    context.faults = ['failed']
    const unlucky = new WritingTask([1], 3, 0)
    scheduler.submit(unlucky)
    expect(await unlucky.end).toMatchObject({ code: 'internal' })
    const next = new WritingTask([1], 3, 0)
    scheduler.submit(next)
    expect(await next.end).toBe('finished')
    await scheduler.close()
  })

  it('survives a task that throws', async () => {
    const context = new SimulatedContext(100, 2, true)
    const scheduler = new Scheduler({ shared: lane(context, 2, false, true), exact: () => Promise.reject(new Error()) })
    const broken = new WritingTask([1], 3, 0)
    broken.take = () => {
      throw new Error('broken')
    }
    scheduler.submit(broken)
    expect(await broken.end).toMatchObject({ code: 'internal', message: 'broken' })
    await scheduler.close()
  })

  it('closes with work in flight and waiting: all of it is told', async () => {
    const context = new SimulatedContext(100, 1, true)
    const scheduler = new Scheduler({ shared: lane(context, 1, false, true), exact: () => Promise.reject(new Error()) })
    const tasks = [1, 2, 3].map((token) => new WritingTask([token], 1000, 0))
    for (const each of tasks) scheduler.submit(each)
    await expect.poll(() => scheduler.active).toBe(1)
    await scheduler.close()
    for (const each of tasks) expect(await each.end).toMatchObject({ code: 'cancelled' })
    expect(() => scheduler.submit(new WritingTask([1], 1, 0))).toThrow()
  })
})
