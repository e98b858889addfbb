import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mapLimited, merge } from './concurrency.ts'

async function* counting(length: number, running: { now: number; most: number }): AsyncIterable<number> {
  running.now++
  running.most = Math.max(running.most, running.now)
  try {
    for (let i = 0; i < length; i++) {
      await turn()
      yield i
    }
  } finally {
    running.now--
  }
}

it('every item of every stream comes once and in its order, and no more streams run than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(4), { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), async (lengths, limit) => {
      const running = { now: 0, most: 0 }
      const seen = lengths.map((): number[] => [])
      const streams = lengths.map((length) => counting(length, running))
      for await (const { index, item } of merge(streams, limit)) seen[index]!.push(item)
      expect(seen).toEqual(lengths.map((length) => Array.from({ length }, (_, i) => i)))
      expect(running.now).toBe(0)
      expect(running.most).toBeLessThanOrEqual(limit)
    }),
    { numRuns: 50 },
  )
})

it('a failure ends the other streams, and those that wait never begin', async () => {
  const running = { now: 0, most: 0 }
  let begun = false
  const streams = [
    counting(100, running),
    (async function* () {
      await turn()
      yield 1
      throw new Error('broken')
    })(),
    (async function* () {
      begun = true
      yield 1
    })(),
  ]
  await expect(
    (async () => {
      for await (const _ of merge<number>(streams, 2));
    })(),
  ).rejects.toThrow('broken')
  await turn()
  await turn()
  expect(running.now).toBe(0)
  expect(begun).toBe(false)
})

it('results come in the order of their items, at most so many at once, and nothing begins after a failure', async () => {
  let now = 0
  let most = 0
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setTimeout(resolve, item % 3))
    now--
    return item * 2
  }
  const items = Array.from({ length: 20 }, (_, i) => i)
  expect(await mapLimited(items, work, 3)).toEqual(items.map((i) => i * 2))
  expect(most).toBe(3)
  expect(await mapLimited([], work, 3)).toEqual([])
  const asked: number[] = []
  const failing = mapLimited(
    items,
    async (item) => {
      asked.push(item)
      await turn()
      if (item === 1) throw new Error('broken')
    },
    2,
  )
  await expect(failing).rejects.toThrow('broken')
  await turn()
  expect(asked.length).toBeLessThanOrEqual(4)
})
