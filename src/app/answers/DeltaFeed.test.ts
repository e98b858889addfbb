import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { AnswerDelta, LiveEvent } from '../live/contract.ts'
import { DeltaFeed } from './DeltaFeed.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

interface Heard {
  readonly at: number
  readonly delta: AnswerDelta
}

function feedOf(isHeard: () => boolean = () => true): {
  readonly now: { text: string; reasoning: string }
  readonly heard: Heard[]
  readonly feed: DeltaFeed
} {
  const now = { text: '', reasoning: '' }
  const heard: Heard[] = []
  const live = {
    get isHeard() {
      return isHeard()
    },
    publish: (event: LiveEvent) => {
      if (event.name === 'answer') heard.push({ at: performance.now(), delta: event.data })
    },
  }
  return { now, heard, feed: new DeltaFeed(live, { chatId: 'c', messageId: 'm' }, () => now) }
}

const growth = fc.record({
  channel: fc.constantFrom('text' as const, 'text' as const, 'reasoning' as const),
  // Also halves of characters, as a JavaScript string may hold them.
  text: fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }),
  after: fc.integer({ min: 0, max: 120 }),
})

it('tells everything once, in order, in both channels, and never more than twenty times a second', () => {
  fc.assert(
    fc.property(fc.array(growth, { maxLength: 80 }), (growths) => {
      const { now, heard, feed } = feedOf()
      for (const { channel, text, after } of growths) {
        now[channel] += text
        feed.grown()
        vi.advanceTimersByTime(after)
      }
      vi.advanceTimersByTime(200)
      const told = { text: '', reasoning: '' }
      for (const { delta } of heard) {
        expect(delta.offset).toBe(told[delta.channel].length)
        told[delta.channel] += delta.text
      }
      expect(told).toEqual(now)
      const pauses = heard.slice(1).map(({ at }, i) => at - heard[i]!.at)
      expect(Math.min(50, ...pauses)).toBe(50)
    }),
  )
})

it('counts what nobody heard as known: who comes asks for it', () => {
  let isHeard = false
  const { now, heard, feed } = feedOf(() => isHeard)
  now.text = 'Once '
  feed.grown()
  vi.advanceTimersByTime(60)
  isHeard = true
  now.text += 'upon'
  feed.grown()
  vi.advanceTimersByTime(60)
  expect(heard.map((h) => [h.delta.offset, h.delta.text])).toEqual([[5, 'upon']])
})

it('says nothing once it was stopped', () => {
  const { now, heard, feed } = feedOf()
  now.text = 'a'
  feed.grown()
  now.text = 'ab'
  feed.grown()
  feed.stop()
  vi.advanceTimersByTime(500)
  expect(heard).toHaveLength(1)
})
