import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecodeResult } from '../model/NativeContext.ts'
import { StepCost } from '../speculative/StepCost.ts'
import { fixedThreads } from '../threads/ThreadController.ts'
import { Lane } from './Lane.ts'
import type { LaneContext, LaneOptions } from './LaneOptions.ts'
import { Scheduler } from './Scheduler.ts'
import { expectedText, SimulatedContext, WritingTask } from './testing/simulation.ts'

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

  it('keeps the chats that were used last, as many as the shelf holds', async () => {
    const context = new SimulatedContext(400, 4, true)
    const shared = lane(context, 4, false, true, 0, { capacity: 90, worthwhile: 10 })
    const scheduler = new Scheduler({ shared, exact: () => Promise.reject(new Error()) })
    const chats = [1, 2, 3].map((first) => Array.from({ length: 40 }, (_, i) => (first + i * i) % 7))
    const cached = async (prompt: readonly number[]): Promise<number> => {
      const work = new WritingTask(prompt, 3, 0)
      scheduler.submit(work)
      expect(await work.end).toBe('finished')
      return work.cached
    }
    for (const chat of chats) await cached(chat)
    for (const chat of chats.toReversed()) expect(await cached(chat)).toBe(chat === chats[0] ? 0 : 39)
    await scheduler.close()
  })

  it('finds what lies on the shelf although it must make room for what is put there now', async () => {
    const context = new SimulatedContext(400, 4, true)
    const shared = lane(context, 4, false, true, 0, { capacity: 60, worthwhile: 10 })
    const scheduler = new Scheduler({ shared, exact: () => Promise.reject(new Error()) })
    const chats = [1, 2].map((first) => Array.from({ length: 40 }, (_, i) => (first + i * i) % 7))
    for (const [round, chat] of [...chats, ...chats].entries()) {
      const work = new WritingTask(chat, 3, 0)
      scheduler.submit(work)
      expect(await work.end).toBe('finished')
      expect(work.cached).toBe(round < 2 ? 0 : 39)
    }
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
