import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AnswerFeed } from './AnswerFeed.ts'
import { PaintClock, type PaintSource } from './PaintClock.ts'
import type { ChatMessage } from './wire.ts'

const message = (text: string): ChatMessage => ({
  ...{ id: 'm', chatId: 'c', parentId: 'q', role: 'assistant', model: 'test', createdAt: '2026-01-01T00:00:00Z' },
  ...{ text, reasoning: null, data: { state: 'streaming' } },
})
const delta = (offset: number, text: string) => ({
  chatId: 'c',
  messageId: 'm',
  channel: 'text' as const,
  offset,
  text,
})

class TestSource implements PaintSource {
  time = 0
  frames = 0
  #frame: (() => void)[] = []
  #timers: { at: number; callback: () => void }[] = []
  now(): number {
    return this.time
  }
  frame(callback: () => void): void {
    this.#frame.push(callback)
  }
  later(callback: () => void, ms: number): void {
    this.#timers.push({ at: this.time + ms, callback })
  }
  /** One frame of a screen with 60 of them. */
  tick(): void {
    this.time += 1000 / 60
    const due = this.#timers.filter(({ at }) => at <= this.time)
    this.#timers = this.#timers.filter(({ at }) => at > this.time)
    for (const { callback } of due) callback()
    for (const callback of this.#frame.splice(0)) callback()
  }
}

it('puts a text together from parts that come in order, twice, or overlapping', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
      fc.array(fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 20 })), { maxLength: 30 }),
      async (text, cuts) => {
        let fetched = 0
        const feed = new AnswerFeed(async () => {
          fetched++
          return message(text)
        }, new PaintClock(new TestSource()))
        feed.set(message(''))
        for (const [offset, length] of cuts)
          feed.add(delta(Math.min(offset, text.length), text.slice(offset, offset + length)))
        expect(text.startsWith(feed.get('m', 'text'))).toBe(true)
        feed.add(delta(text.length, '')) // the last one always comes
        await new Promise((resolve) => setImmediate(resolve))
        if (fetched > 0) expect(feed.get('m', 'text')).toBe(text)
      },
    ),
  )
})

it('asks for the message where something was missed, once', async () => {
  let asked = 0
  const feed = new AnswerFeed(async () => {
    asked++
    return message('hello wor')
  }, new PaintClock(new TestSource()))
  feed.set(message('he'))
  feed.add(delta(5, ' w'))
  feed.add(delta(7, 'or'))
  await new Promise((resolve) => setImmediate(resolve))
  feed.add(delta(9, 'ld'))
  expect([feed.get('m', 'text'), asked]).toEqual(['hello world', 1])
})

it('draws at most 20 times a second, and what came last', () => {
  const source = new TestSource()
  const feed = new AnswerFeed(() => Promise.reject(new Error('not asked')), new PaintClock(source))
  feed.set(message(''))
  const drawn: string[] = []
  const stop = feed.listen('m', () => drawn.push(feed.get('m', 'text')))
  let text = ''
  for (let frame = 0; frame < 60; frame++) {
    for (let word = 0; word < 10; word++) {
      feed.add(delta(text.length, 'a '))
      text += 'a '
    }
    source.tick()
  }
  for (let frame = 0; frame < 4; frame++) source.tick()
  expect(drawn.length).toBeLessThanOrEqual(21)
  expect(drawn.length).toBeGreaterThan(10)
  expect(drawn.at(-1)).toBe(text)
  const count = drawn.length
  // What was to be drawn when the listener left is not drawn either.
  feed.add(delta(text.length, 'more'))
  stop()
  feed.add(delta(text.length + 4, 'more'))
  for (let frame = 0; frame < 8; frame++) source.tick()
  expect(drawn.length).toBe(count)
})
