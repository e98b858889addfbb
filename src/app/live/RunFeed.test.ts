import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { silentLogger } from '../../core/index.ts'
import type { RunRecord, Runs } from '../../runs/index.ts'
import { RunFeed } from './RunFeed.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const run = (completed: number, state: RunRecord['state'] = 'running'): RunRecord => ({
  id: 'run',
  kind: 'pull',
  title: 'Pull',
  state,
  input: null,
  result: null,
  error: null,
  progress: { step: 'download', completed, total: 100, unit: 'bytes', rate: null, eta: null },
  attempts: 1,
  createdAt: '',
  startedAt: '',
  endedAt: state === 'running' ? null : '',
})

it('tells of a run four times a second at most, of its last state always, and of nothing twice', () => {
  let now = run(0)
  let isHeard = true
  const told: RunRecord[] = []
  const times: number[] = []
  const live = {
    get isHeard() {
      return isHeard
    },
    publish: (event: { name: string; data: unknown }) => {
      told.push((event.data as { run: RunRecord }).run)
      times.push(performance.now())
    },
  }
  const feed = new RunFeed(live, () => ({ get: () => now, list: () => [now] }) as unknown as Runs, silentLogger)
  feed.begin()
  expect(feed.compare()).toBe(true)
  vi.advanceTimersByTime(1_000)
  expect(told).toEqual([])
  for (let i = 1; i <= 100; i++) {
    now = run(i)
    feed.changed('run')
    vi.advanceTimersByTime(10)
  }
  expect(told.length).toBeGreaterThan(1)
  expect(Math.min(...times.slice(1).map((at, i) => at - times[i]!))).toBeGreaterThanOrEqual(250)
  now = run(100, 'succeeded')
  feed.changed('run')
  vi.advanceTimersByTime(250)
  expect(told.at(-1)).toEqual(now)
  const before = told.length
  // A line of its log, for example.
  feed.changed('run')
  expect(feed.compare()).toBe(false)
  vi.advanceTimersByTime(1_000)
  expect(told).toHaveLength(before)
  isHeard = false
  now = run(100, 'interrupted')
  feed.changed('run')
  vi.advanceTimersByTime(1_000)
  expect(told).toHaveLength(before)
})

it('a database that cannot be read now ends nothing, and the next change is told', () => {
  let isBroken = true
  const told: unknown[] = []
  const live = { isHeard: true, publish: (event: unknown) => void told.push(event) }
  const get = (): RunRecord => {
    if (isBroken) throw new Error('database is locked')
    return run(1)
  }
  const feed = new RunFeed(live, () => ({ get, list: () => [] }) as unknown as Runs, silentLogger)
  feed.changed('run')
  vi.advanceTimersByTime(1_000)
  isBroken = false
  feed.changed('run')
  vi.advanceTimersByTime(1_000)
  expect(told).toHaveLength(1)
})
