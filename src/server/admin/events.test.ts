import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { soon } from '../../core/testing/soon.ts'
import { type EventReader, readEvents } from '../testing/readEvents.ts'
import { type TestServer, testServer } from '../testing/testServer.ts'

const path = '/sanjha/v1/events'
let t: TestServer
let open: EventReader[]
beforeEach(() => {
  t = testServer()
  open = []
})
afterEach(async () => {
  await Promise.all(open.map((each) => each.close().catch(() => undefined)))
  await t.close()
})

async function watch(): Promise<EventReader> {
  const response = await t.request('GET', path)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  const reader = readEvents(response)
  open.push(reader)
  return reader
}

describe('the events', () => {
  it('begin with who speaks, and tell every listener of what changes', async () => {
    const [one, two] = [await watch(), await watch()]
    const chat = (await t.json('POST', '/sanjha/v1/chats', { title: 'Rivers' })).body
    for (const reader of [one, two]) {
      const { data } = await reader.next((e) => e.event === 'chats')
      expect(data).toEqual({ chatId: chat.id, change: 'created' })
      expect(reader.events[0]).toMatchObject({
        event: 'hello',
        data: { boot: t.sanjha.live.boot, version: '0.0.0-test' },
      })
    }
    await t.json('POST', `/sanjha/v1/chats/${chat.id}/messages`, { role: 'user', text: 'Hi' })
    await one.next((e) => e.event === 'chats' && e.data.change === 'changed')
    await t.json('DELETE', `/sanjha/v1/chats/${chat.id}`)
    await one.next((e) => e.event === 'chats' && e.data.change === 'deleted')
  })

  it('tell of runs, of the model that a pull brings, and of what is loaded', async () => {
    const reader = await watch()
    const run = (await t.json('POST', '/sanjha/v1/models/pull', { model: 'fresh' })).body
    const told = await reader.next((e) => e.event === 'run' && e.data.run.state === 'succeeded')
    expect(told.data.run).toEqual((await t.json('GET', `/sanjha/v1/runs/${run.id}`)).body)
    await reader.next((e) => e.event === 'models')
    await t.json('POST', '/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }] })
    const { data } = await reader.next((e) => e.event === 'loaded')
    expect(data.models).toMatchObject([{ model: 'test', state: 'ready' }])
    await t.json('DELETE', '/sanjha/v1/loaded/test')
    await reader.next((e) => e.event === 'loaded' && e.data.models.length === 0)
  })

  it('need a key where keys are asked for', async () => {
    const { hashApiKey } = await import('../../core/index.ts')
    const guarded = testServer({ settings: { apiKeys: [hashApiKey('a-key-of-this-test')] } })
    expect((await guarded.request('GET', path)).status).toBe(401)
    const response = await guarded.request('GET', path, undefined, { authorization: 'Bearer a-key-of-this-test' })
    expect(response.status).toBe(200)
    await response.body?.cancel()
    await guarded.close()
  })

  it('a listener that goes away is forgotten', async () => {
    const reader = await watch()
    expect(t.sanjha.live.isHeard).toBe(true)
    await reader.close()
    expect(t.sanjha.live.isHeard).toBe(false)
  })

  it('a question for the headers alone leaves no listener behind', async () => {
    expect((await t.request('HEAD', path)).status).toBe(200)
    expect(t.sanjha.live.isHeard).toBe(false)
  })
})

describe('a lasting request', () => {
  it('has no deadline and is no active request', async () => {
    await t.close()
    t = testServer({ settings: { requestTimeoutMs: 500 }, server: { keepAliveMs: 10 } })
    const { url } = await t.server.listen()
    const reader = readEvents(await fetch(url + path))
    open.push(reader)
    await reader.next((e) => e.event === 'hello')
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect((await t.json('GET', '/sanjha/v1/health')).body.activeRequests).toBe(0)
    await t.json('POST', '/sanjha/v1/chats', {})
    await reader.next((e) => e.event === 'chats')
    expect(reader.events.map((e) => e.event)).not.toContain('error')
  })

  it('ends at once when the server stops, while an answer is still given its time', async () => {
    const { url } = await t.server.listen()
    const reader = readEvents(await fetch(url + path))
    open.push(reader)
    await reader.next((e) => e.event === 'hello')
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: '[[say a]][[stall]]' }] }),
    })
    let stopped = false
    const closing = t.server.close(600_000).then(() => {
      stopped = true
    })
    await reader.ended
    expect(stopped).toBe(false)
    await answer.body?.cancel()
    await closing
    await expect(fetch(url + path)).rejects.toThrow()
  })

  it('does not hold a server that stops, not even when its client has stopped reading', async () => {
    await t.close()
    const { LiveHub } = await import('../../app/live/LiveHub.ts')
    t = testServer()
    const { port } = await t.server.listen()
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    await soon(() => expect(t.sanjha.live.isHeard).toBe(true))
    socket.pause()
    // Until the connection takes no more and the queue of this listener is full as well.
    const text = 'x'.repeat(100_000)
    let offset = 0
    expect(t.sanjha.live).toBeInstanceOf(LiveHub)
    while (t.sanjha.live.isHeard) {
      t.sanjha.live.publish({ name: 'answer', data: { chatId: 'c', messageId: 'm', channel: 'text', offset, text } })
      offset += text.length
      await new Promise((resolve) => setImmediate(resolve))
    }
    // Far less than the test may take; it would otherwise wait for all of it.
    await t.server.close(600_000)
    socket.destroy()
  })
})
