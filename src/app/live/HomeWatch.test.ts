import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { chatsMigrations, createChats } from '../../chats/index.ts'
import { type Database, openDatabase, silentLogger, systemClock, writeFileAtomic } from '../../core/index.ts'
import { soon } from '../../core/testing/soon.ts'
import { createRuns, type RunKind, type Runs, runsMigrations } from '../../runs/index.ts'
import type { LiveEvent } from './contract.ts'
import { HomeWatch } from './HomeWatch.ts'
import { LiveHub } from './LiveHub.ts'
import { RunFeed } from './RunFeed.ts'

const waiting: RunKind = {
  kind: 'wait',
  title: () => 'Wait',
  parse: (input) => input,
  execute: async (_, { signal, progress }) => {
    progress({ step: 'wait', completed: 1, total: 2, unit: 'steps', rate: null, eta: null })
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  },
}

let folder: string
let ours: Database
let others: Database
let models: { name: string }[]
let hub: LiveHub
let runs: Runs
let stop: AbortController
let told: LiveEvent[]
const names = (): string[] => told.map((event) => event.name)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-live-'))
  const migrations = [...chatsMigrations, ...runsMigrations]
  ours = openDatabase(join(folder, 'db'), migrations)
  others = openDatabase(join(folder, 'db'), migrations)
  models = []
  hub = new LiveHub()
  const feed = new RunFeed(hub, () => runs, silentLogger)
  runs = createRuns({ database: ours, kinds: [waiting], onChange: (id) => feed.changed(id) })
  const watch = new HomeWatch({
    live: hub,
    database: ours,
    models: { list: async () => models as never },
    pool: { list: () => [] },
    runFeed: feed,
    settings: { userFile: join(folder, 'config.yaml'), projectFile: null },
    clock: systemClock,
    log: silentLogger,
    pollMs: 10,
  })
  hub.addSource(watch)
  stop = new AbortController()
  told = []
})
afterEach(async () => {
  hub.close()
  await runs.close()
  ours.close()
  others.close()
  await rm(folder, { recursive: true, force: true })
})

async function listen(): Promise<void> {
  const { ready, events } = hub.subscribe(stop.signal)
  void (async () => {
    for await (const event of events) told.push(event)
  })()
  await ready
}

it('sees what another process does to chats, and nothing that was before', async () => {
  const chats = createChats({ database: others })
  const { id } = chats.create({ title: 'one' })
  const old = chats.create({ title: 'two' })
  await listen()
  chats.update(id, { title: 'renamed' })
  await soon(() => expect(told).toEqual([{ name: 'chats', data: { chatId: id, change: 'changed' } }]))
  const created = chats.create()
  await soon(() => expect(told.at(-1)?.data).toEqual({ chatId: created.id, change: 'created' }))
  chats.delete(old.id)
  await soon(() => expect(told.at(-1)?.data).toEqual({ chatId: old.id, change: 'deleted' }))
  expect(told).toHaveLength(3)
})

it('sees runs of this process and of others, and tells of each state', async () => {
  await listen()
  const neighbours = createRuns({ database: others, kinds: [waiting] })
  for (const each of [runs, neighbours]) {
    told = []
    const { id } = each.start('wait', null)
    await soon(() =>
      expect(told.at(-1)).toMatchObject({
        name: 'run',
        data: { run: { id, state: 'running', progress: { completed: 1 } } },
      }),
    )
    each.cancel(id)
    await soon(() => expect(told.at(-1)?.data).toMatchObject({ run: { id, state: 'cancelled' } }))
    expect(new Set(names())).toEqual(new Set(['run']))
    const seen = told.map((event) => JSON.stringify(event))
    expect(new Set(seen).size).toBe(seen.length)
  }
  await neighbours.close()
})

it('sees that the store and the settings have changed, once', async () => {
  await listen()
  models.push({ name: 'new' })
  others.exec('CREATE TABLE something (a)')
  await soon(() => expect(names()).toEqual(['models']))
  await writeFileAtomic(join(folder, 'config.yaml'), 'server:\n  port: 1\n')
  await soon(() => expect(names()).toEqual(['models', 'settings']))
  ours.exec('INSERT INTO something VALUES (1)')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(names()).toEqual(['models', 'settings'])
})

it('looks for nothing while nobody listens', async () => {
  const looked = vi.fn(() => [])
  const watch = new HomeWatch({
    live: hub,
    database: ours,
    models: { list: async () => looked() },
    pool: { list: looked },
    runFeed: new RunFeed(hub, () => runs, silentLogger),
    settings: { userFile: '/nowhere', projectFile: null },
    clock: systemClock,
    log: silentLogger,
    pollMs: 5,
  })
  hub.addSource(watch)
  await listen()
  await soon(() => expect(looked.mock.calls.length).toBeGreaterThan(3))
  stop.abort()
  await new Promise((resolve) => setTimeout(resolve, 20))
  const before = looked.mock.calls.length
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(looked.mock.calls.length).toBe(before)
})
