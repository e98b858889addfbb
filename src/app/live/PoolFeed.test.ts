import { expect, it } from 'vitest'
import type { LoadedModel } from '../../engine/index.ts'
import type { LiveEvent } from './contract.ts'
import { PoolFeed } from './PoolFeed.ts'

const totals = { requests: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0, draftTokens: 0, acceptedTokens: 0 }
const model = (state: LoadedModel['state'], active = 0, rate = 0): LoadedModel => ({
  model: 'test',
  digest: null,
  engine: 'llama',
  state,
  pid: 1,
  contextLength: 2048,
  parameters: null,
  quantization: null,
  status: {
    active,
    waiting: 0,
    slots: 4,
    threads: 1,
    threadsReason: '',
    memoryBytes: 1e9 + rate * 1e7,
    generationTokensPerSecond: rate,
    promptTokensPerSecond: 0,
    draftAcceptance: 0,
    totals: { ...totals, completionTokens: rate * 1000 },
  },
  expiresAt: null,
  loadedAt: null,
  restarts: 0,
  logFile: null,
})

it('tells of a change of state at once, of what never stands still every two seconds, of nothing else', () => {
  let now = 0
  let models: LoadedModel[] = []
  const told: LiveEvent[] = []
  const feed = new PoolFeed({ publish: (event) => told.push(event) }, { list: () => models }, () => now)
  const look = (next: LoadedModel[], at: number): number => {
    models = next
    now = at
    told.length = 0
    feed.compare()
    return told.length
  }
  feed.begin()
  expect(look([], 1_000)).toBe(0)
  expect(look([model('loading')], 2_000)).toBe(1)
  expect(look([model('ready')], 2_001)).toBe(1)
  expect(look([model('ready', 1, 5)], 2_002)).toBe(1)
  expect(look([model('ready', 1, 6)], 3_000)).toBe(0)
  expect(look([model('ready', 1, 7)], 4_002)).toBe(1)
  expect(look([model('ready', 1, 7.2)], 9_000)).toBe(0)
  expect(look([], 9_001)).toBe(1)
  expect(told).toEqual([{ name: 'loaded', data: { models: [] } }])
})
