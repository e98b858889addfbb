import { afterEach, beforeEach, expect, it } from 'vitest'
import type { z } from 'zod'
import { allRoutes } from '../allRoutes.ts'
import { type Json, type TestServer, testServer } from '../testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

const base = '/sanjha/v1'

/** Asks, and holds the answer against the schema that the document shows. */
async function ask(method: string, path: string, pattern: string, body?: unknown): Promise<Json> {
  const route = allRoutes.find((r) => r.method === method && r.path === base + pattern)
  expect(route).toBeDefined()
  const answer = await t.json(method, base + path, body)
  expect([path, answer.status]).toEqual([path, route!.status ?? 200])
  ;(route!.response as z.ZodType).parse(answer.body)
  return answer.body
}

it('tells how the server and its machine are', async () => {
  expect(await ask('GET', '/health', '/health')).toMatchObject({ status: 'ok', model: 'test', activeRequests: 0 })
  expect((await ask('GET', '/version', '/version')).version).toBe('0.0.0-test')
  expect((await ask('GET', '/doctor', '/doctor')).store).toEqual({ models: 1, bytes: 91_725_984 })
  const { settings } = await ask('GET', '/settings', '/settings')
  expect(settings).toMatchObject([{ key: 'server.port', value: 0, origin: { from: 'flag', flag: '--port' } }])
})

it('lists, shows, copies and removes models', async () => {
  expect((await ask('GET', '/models', '/models')).models).toHaveLength(1)
  expect((await ask('GET', '/models/test', '/models/:name')).architecture).toBe('llama')
  const target = 'hf://org/repo'
  expect((await ask('POST', '/models/test/copy', '/models/:name/copy', { target })).name).toBe(target)
  expect((await ask('GET', `/models/${encodeURIComponent(target)}`, '/models/:name')).name).toBe(target)
  expect((await ask('DELETE', `/models/${encodeURIComponent(target)}`, '/models/:name')).removed).toBe(target)
  await ask('GET', '/catalog', '/catalog')
  const missing = await t.json('GET', `${base}/models/tesd`)
  expect([missing.status, missing.body.error.hint]).toEqual([404, 'Did you mean test?'])
})

it('shows what is loaded, and unloads it', async () => {
  await t.json('POST', '/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }] })
  const { models } = await ask('GET', '/loaded', '/loaded')
  expect(models[0]).toMatchObject({ model: 'test', state: 'ready', status: { threadsReason: expect.any(String) } })
  expect(await ask('DELETE', '/loaded/test', '/loaded/:name')).toEqual({ unloaded: true })
  expect(await ask('DELETE', '/loaded/test', '/loaded/:name')).toEqual({ unloaded: false })
})

it('pulls as a run that can be watched, cancelled and resumed', async () => {
  const run = await ask('POST', '/models/pull', '/models/pull', { model: 'fresh' })
  await t.sanjha.runs.wait(run.id)
  expect(await ask('GET', `/runs/${run.id}`, '/runs/:id')).toMatchObject({ kind: 'pull', state: 'succeeded' })
  expect((await ask('GET', '/runs?kind=pull&limit=5', '/runs')).runs).toHaveLength(1)

  const watched = await t.request('GET', `${base}/runs/${run.id}/events`)
  expect(watched.headers.get('content-type')).toContain('text/event-stream')
  const { parseSse } = await import('../testing/testServer.ts')
  const events = parseSse(await watched.text())
  expect(events.map((e) => Number(e.id))).toEqual(events.map((e) => e.data.sequence))
  expect(events.at(-1)).toMatchObject({ event: 'state', data: { state: 'succeeded' } })
  const after = events[1]!.id!
  const rest = await t.request('GET', `${base}/runs/${run.id}/events`, undefined, { 'last-event-id': after })
  expect(parseSse(await rest.text())).toEqual(events.slice(2))

  const slow = await ask('POST', '/models/pull', '/models/pull', { model: 'slow' })
  await ask('POST', `/runs/${slow.id}/cancel`, '/runs/:id/cancel')
  expect((await t.sanjha.runs.wait(slow.id)).state).toBe('cancelled')
  await ask('POST', `/runs/${slow.id}/resume`, '/runs/:id/resume')
  await t.json('POST', `${base}/runs/${slow.id}/cancel`)
  await t.sanjha.runs.wait(slow.id)
  const conflict = await t.json('POST', `${base}/runs/${slow.id}/cancel`)
  expect([conflict.status, conflict.body.error.code]).toEqual([409, 'conflict'])
  expect((await t.json('GET', `${base}/runs/none/events`)).status).toBe(404)
  const invalid = await t.json('GET', `${base}/runs?limit=many`)
  expect([invalid.status, invalid.body.error.param]).toEqual([400, 'limit'])
})

it('a watcher that goes away leaves the run alone', async () => {
  const run = await ask('POST', '/models/pull', '/models/pull', { model: 'slow' })
  const { url } = await t.server.listen()
  const gone = new AbortController()
  const response = await fetch(`${url}${base}/runs/${run.id}/events`, { signal: gone.signal })
  await response.body!.getReader().read()
  gone.abort()
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(t.sanjha.runs.get(run.id)!.state).toBe('running')
})

it('keeps chats as trees', async () => {
  const chat = await ask('POST', '/chats', '/chats', { title: 'Rivers', folder: 'Geo', model: 'test' })
  const first = await ask('POST', `/chats/${chat.id}/messages`, '/chats/:id/messages', {
    role: 'user',
    text: 'The Nile?',
  })
  const answer = { role: 'assistant', text: 'It is long.', model: 'test', data: { tokens: 3 } }
  const one = await ask('POST', `/chats/${chat.id}/messages`, '/chats/:id/messages', answer)
  const two = await ask('POST', `/chats/${chat.id}/messages`, '/chats/:id/messages', {
    ...answer,
    text: 'Very long.',
    parentId: first.id,
  })
  const tree = await ask('GET', `/chats/${chat.id}`, '/chats/:id')
  expect(tree.messages.map((m: Json) => m.parentId)).toEqual([null, first.id, first.id])
  expect(tree.activeMessageId).toBe(two.id)
  await ask('POST', `/chats/${chat.id}/select`, '/chats/:id/select', { messageId: one.id })
  const { messages } = await ask('GET', `/chats/${chat.id}/path`, '/chats/:id/path')
  expect(messages.map((m: Json) => m.text)).toEqual(['The Nile?', 'It is long.'])
  await ask('PATCH', `/messages/${first.id}`, '/messages/:id', { text: 'The Danube?' })
  const { hits } = await ask('GET', '/chats/search?q=danu', '/chats/search')
  expect(hits.map((h: Json) => h.messageId)).toEqual([first.id])
  expect((await ask('PATCH', `/chats/${chat.id}`, '/chats/:id', { pinned: true, folder: null })).folder).toBeNull()
  expect((await ask('GET', '/chats?limit=5', '/chats')).chats[0].id).toBe(chat.id)
  await ask('GET', '/chats/folders', '/chats/folders')
  const exported = await ask('GET', '/chats/export', '/chats/export')
  expect((await ask('GET', `/chats/export?ids=${chat.id}`, '/chats/export')).chats).toHaveLength(1)
  expect((await ask('GET', '/chats/export?ids=', '/chats/export')).chats).toEqual([])
  expect((await t.json('GET', `${base}/chats/export?ids=none`)).status).toBe(404)
  expect(await ask('GET', `/messages/${first.id}`, '/messages/:id')).toMatchObject({ text: 'The Danube?' })
  expect(await ask('DELETE', `/messages/${first.id}`, '/messages/:id')).toEqual({ deleted: 3 })
  await ask('DELETE', `/chats/${chat.id}`, '/chats/:id')
  expect((await t.json('GET', `${base}/chats/${chat.id}`)).status).toBe(404)
  expect(await ask('POST', '/chats/import', '/chats/import', exported)).toEqual({ added: 1, skipped: 0, changes: [] })
  expect(
    (await t.json('POST', `${base}/chats/${chat.id}/messages`, { role: 'robot', text: 'x' })).body.error.param,
  ).toBe('role')
})
