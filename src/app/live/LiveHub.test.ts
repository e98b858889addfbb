import { expect, it } from 'vitest'
import type { LiveEvent } from './contract.ts'
import { LiveHub } from './LiveHub.ts'

const settings: LiveEvent = { name: 'settings', data: {} }
const models: LiveEvent = { name: 'models', data: {} }

async function readAll(events: AsyncIterable<LiveEvent>): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of events) names.push(name)
  return names
}

it('tells everybody who listens from the moment of subscribing on, in order', async () => {
  const hub = new LiveHub()
  const stop = new AbortController()
  hub.publish(settings)
  const one = hub.subscribe(stop.signal)
  hub.publish(models)
  const two = hub.subscribe(stop.signal)
  hub.publish(settings)
  const reading = Promise.all([readAll(one.events), readAll(two.events)])
  await new Promise((resolve) => setImmediate(resolve))
  hub.publish(models)
  await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  expect(await reading).toEqual([
    ['models', 'settings', 'models'],
    ['settings', 'models'],
  ])
  expect(hub.isHeard).toBe(false)
})

it('its sources work only while somebody listens', async () => {
  const hub = new LiveHub()
  const said: string[] = []
  hub.addSource({
    start: async () => {
      said.push('start')
    },
    stop: () => said.push('stop'),
  })
  expect(said).toEqual([])
  const [one, two] = [new AbortController(), new AbortController()]
  hub.subscribe(one.signal)
  await hub.subscribe(two.signal).ready
  one.abort()
  expect(said).toEqual(['start'])
  two.abort()
  expect(said).toEqual(['start', 'stop'])
  // Somebody who is gone already starts nothing.
  hub.subscribe(two.signal)
  expect(said).toHaveLength(2)
  expect(await readAll(hub.subscribe(two.signal).events)).toEqual([])
})

it('a source that fails takes no other with it', async () => {
  const hub = new LiveHub()
  let started = false
  hub.addSource({ start: async () => Promise.reject(new Error('broken')), stop: () => undefined })
  hub.addSource({
    start: async () => {
      started = true
    },
    stop: () => undefined,
  })
  await hub.subscribe(new AbortController().signal).ready
  expect(started).toBe(true)
  hub.close()
})

it('a listener that never reads is left behind, and the others hear on', async () => {
  const hub = new LiveHub({ limits: { text: 100 } })
  const stop = new AbortController()
  const slow = hub.subscribe(new AbortController().signal)
  const quick = hub.subscribe(stop.signal)
  const heard = readAll(quick.events)
  for (let i = 0; i < 30; i++) {
    hub.publish({
      name: 'answer',
      data: { chatId: 'c', messageId: 'm', channel: 'text', offset: i * 10, text: 'x'.repeat(10) },
    })
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await readAll(slow.events)).toEqual([])
  stop.abort()
  expect(await heard).toHaveLength(30)
  expect(hub.isHeard).toBe(false)
})

it('ends for all when it is closed, and for all who come then', async () => {
  const hub = new LiveHub()
  const reading = readAll(hub.subscribe(new AbortController().signal).events)
  hub.publish(settings)
  await new Promise((resolve) => setImmediate(resolve))
  hub.close()
  expect(await reading).toEqual(['settings'])
  expect(await readAll(hub.subscribe(new AbortController().signal).events)).toEqual([])
})
