import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { beforeEach, expect, it, vi } from 'vitest'
import { followLive } from './followLive.ts'
import type { LiveTopic, LiveTopics } from './liveTopics.ts'
import type { Run } from './Run.ts'

const run = (id: string, state: Run['state'], completed = 0): Run => ({
  id,
  kind: 'pull',
  title: `Pull ${id}`,
  state,
  input: {},
  result: null,
  error: null,
  progress: { step: 'download', completed, total: 10, unit: 'bytes', rate: null, eta: null },
  attempts: 1,
  createdAt: '2026-11-24T10:00:00.000Z',
  startedAt: null,
  endedAt: null,
})

let client: QueryClient
let handlers: Map<LiveTopic, (data: never) => void>
let asked: string[]
const tell = <Topic extends LiveTopic>(topic: Topic, data: LiveTopics[Topic]): void =>
  handlers.get(topic)?.(data as never)

/** Something on the page that shows this. */
async function shown(queryKey: unknown[], data: unknown): Promise<void> {
  const observer = new QueryObserver(client, {
    queryKey,
    queryFn: () => {
      asked.push(JSON.stringify(queryKey))
      return data
    },
  })
  observer.subscribe(() => undefined)
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBeDefined())
}

beforeEach(() => {
  client = new QueryClient()
  handlers = new Map()
  asked = []
  followLive(client, {
    on: (topic, handler) => {
      handlers.set(topic, handler as never)
      return () => undefined
    },
  })
})

it('asks for everything that is shown after each hello, but not for the Lab’s own parts', async () => {
  await shown(['page', 'models', 'en'], 'code')
  await shown(['settings'], {})
  await shown(['chat', 'c1'], {})
  asked = []
  tell('hello', { boot: 'b', version: '1' })
  await vi.waitFor(() => expect(asked).toEqual(['["settings"]', '["chat","c1"]']))
})

it('puts a run where it is shown, and asks for lists only when a state has changed', async () => {
  await shown(['run', 'a'], run('a', 'running'))
  await shown(['runs', { state: 'running' }], { runs: [run('a', 'running'), run('b', 'running')] })
  asked = []
  tell('run', { run: run('a', 'running', 5) })
  expect(client.getQueryData<Run>(['run', 'a'])?.progress?.completed).toBe(5)
  const list = client.getQueryData<{ runs: Run[] }>(['runs', { state: 'running' }])
  expect(list?.runs.map(({ progress }) => progress?.completed)).toEqual([5, 0])
  tell('run', { run: run('z', 'queued') })
  await vi.waitFor(() => expect(asked).toEqual(['["runs",{"state":"running"}]']))
  expect(client.getQueryData(['run', 'z'])).toBeUndefined()
})

it('many events make few questions, and the last of them is not forgotten', async () => {
  await shown(['chats'], { chats: [] })
  await shown(['chat', 'c1'], {})
  await shown(['chat', 'c2'], {})
  asked = []
  for (let i = 0; i < 50; i++) tell('chats', { chatId: 'c1', change: 'changed' })
  await vi.waitFor(() => expect(asked).toHaveLength(4))
  expect(asked).toEqual(['["chats"]', '["chat","c1"]', '["chats"]', '["chat","c1"]'])
})

it('knows what is loaded from the event itself', async () => {
  await shown(['loaded'], { models: [] })
  asked = []
  tell('loaded', { models: [{ model: 'test' }] })
  expect(client.getQueryData(['loaded'])).toEqual({ models: [{ model: 'test' }] })
  tell('models', {})
  tell('settings', {})
  expect(asked).toEqual([])
})

it('an answer that was on its way does not undo the news', async () => {
  await shown(['run', 'a'], run('a', 'running'))
  let state: Run['state'] = 'running'
  const observer = new QueryObserver(client, {
    queryKey: ['run', 'a'],
    queryFn: async () => {
      const now = run('a', state)
      await new Promise((resolve) => setTimeout(resolve, 20))
      return now
    },
  })
  observer.subscribe(() => undefined)
  void observer.refetch()
  await vi.waitFor(() => expect(client.isFetching()).toBe(1))
  state = 'cancelled'
  tell('run', { run: run('a', 'cancelled') })
  await vi.waitFor(() => expect(client.isFetching()).toBe(0))
  expect(client.getQueryData<Run>(['run', 'a'])?.state).toBe('cancelled')
})
