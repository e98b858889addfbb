import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { hashApiKey } from '../../core/index.ts'
import { soon } from '../../core/testing/soon.ts'
import type { GenerateRequest, Part } from '../../engine/index.ts'
import { TestEngine } from '../../gateway/testing/TestEngine.ts'
import { allRoutes } from '../allRoutes.ts'
import { type Json, type TestServer, testServer } from '../testing/testServer.ts'

const base = '/sanjha/v1'

/** Asks for a tool, and is not done with it. */
class HalfCall extends TestEngine {
  readonly #begun = Promise.withResolvers<void>()
  readonly begun: Promise<void> = this.#begun.promise

  override async *generate(_request: GenerateRequest, signal: AbortSignal): AsyncIterable<Part> {
    yield { type: 'tool-call', index: 0, id: 'x', name: 'local__add', argumentsDelta: '{"a":2,' }
    // The part has been taken once the next is asked for.
    this.#begun.resolve()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    signal.throwIfAborted()
  }
}

/** A remote engine may say what it likes. */
class TwinCalls extends TestEngine {
  override async *generate(): AsyncIterable<Part> {
    for (const [index, args] of ['{"a":2,"b":3}', '{"a":9,"b":9}'].entries()) {
      yield { type: 'tool-call', index, id: 'x', name: 'local__add', argumentsDelta: args }
    }
    const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1, reasoningTokens: 0 }
    yield { type: 'finish', reason: 'tool-calls', usage } as Part
  }
}
const program = join(import.meta.dirname, '..', '..', 'tools', 'testing', 'stdioServer.ts')
const toolServers = [
  { name: 'local', command: process.execPath, args: [program], passEnv: [] },
  { name: 'broken', command: 'no-such-program', args: [], passEnv: [] },
]
let t: TestServer
let chat: string
let engine: TestEngine
beforeEach(async () => {
  engine = new TestEngine({ afterTool: '[[say Done.]]' })
  t = testServer({
    engines: { test: engine, stubborn: new TestEngine() },
    toolServers,
  })
  chat = (await t.json('POST', `${base}/chats`, {})).body.id
})
afterEach(() => t.close())

/** Asks, and holds the answer against the schema that the document shows. */
async function ask(method: string, path: string, pattern: string, body?: unknown): Promise<Json> {
  const route = allRoutes.find((r) => r.method === method && r.path === base + pattern)
  const answer = await t.json(method, base + path, body)
  expect([path, answer.status, answer.body]).toEqual([path, route!.status ?? 200, answer.body])
  ;(route!.response as z.ZodType).parse(answer.body)
  return answer.body
}
const read = (id: string): Promise<Json> => ask('GET', `/messages/${id}`, '/messages/:id')
const path = async (): Promise<Json[]> => (await ask('GET', `/chats/${chat}/path`, '/chats/:id/path')).messages

/** Asks a question whose answer is a call, and waits until that is there. */
async function calling(text: string, more: object = {}): Promise<Json> {
  const body = { model: 'test', message: { text }, tools: ['local'], ...more }
  const { answer } = await ask('POST', `/chats/${chat}/answers`, '/chats/:id/answers', body)
  return await soon(async () => {
    const message = await read(answer.id)
    expect(['waiting', 'streaming']).not.toContain(message.data.state)
    return message
  })
}
const shown = (message: Json, call = 0): object => {
  const { name, arguments: args } = message.data.toolCalls[call]
  return { name, arguments: args }
}
const decide = (message: Json, body: object, call = 0): Promise<Json> =>
  ask('POST', `/answers/${message.id}/tools/${message.data.toolCalls[call].id}`, '/answers/:messageId/tools/:callId', {
    ...shown(message, call),
    ...body,
  })
/** The branch, once it has so many messages and the last one is whole. */
const grown = (length: number): Promise<Json[]> =>
  soon(async () => {
    const messages = await path()
    expect(messages).toHaveLength(length)
    expect(messages.at(-1).data.state).toBe('done')
    return messages
  })
const add = '[[tool local__add {"a":2,"b":3}]]'

it('servers are listed, asked for their tools, and say what is wrong', async () => {
  const { servers } = await ask('GET', '/tools', '/tools')
  expect(servers.map((s: Json) => [s.name, s.state])).toEqual([
    ['local', 'idle'],
    ['broken', 'idle'],
  ])
  const { tools } = await ask('POST', '/tools/local', '/tools/:server')
  expect(tools.map((tool: Json) => tool.name)).toContain('local__add')
  const { status, body } = await t.json('POST', `${base}/tools/broken`)
  expect([status, body.error.hint]).toEqual([502, expect.stringContaining('no-such-program')])
  expect((await t.json('POST', `${base}/tools/other`)).status).toBe(404)
})

describe('a call', () => {
  it('waits for a person, is made when allowed, and the model goes on with its result', async () => {
    const message = await calling(add)
    expect(message.data).toMatchObject({
      state: 'done',
      finishReason: 'tool-calls',
      tools: ['local'],
      toolCalls: [{ name: 'local__add', arguments: '{"a":2,"b":3}', state: 'requested' }],
    })
    expect(await path()).toHaveLength(2)
    expect((await decide(message, { allow: true })).message.data.toolCalls).toMatchObject([{ state: 'running' }])
    const [, called, next] = await grown(3)
    expect(called.data.toolCalls).toMatchObject([{ state: 'done', result: '5' }])
    expect(next).toMatchObject({ role: 'assistant', parentId: message.id, data: { tools: ['local'] } })
    const { input }: Json = engine.requests.at(-1)
    expect(input.messages.at(-1)).toMatchObject({ role: 'tool', content: [{ type: 'text', text: '5' }] })
    expect(input.tools.map(({ name }: Json) => name)).toContain('local__add')
  })

  it('is told as refused when it was, and nothing is made', async () => {
    const message = await calling('[[tool local__end {}]]')
    expect((await decide(message, { allow: false })).message.data.toolCalls).toMatchObject([{ state: 'refused' }])
    const [, called] = await grown(3)
    expect(called.data.toolCalls[0].result).toContain('did not allow')
    expect((await ask('GET', '/tools', '/tools')).servers[0].state).toBe('ready')
  })

  it('is decided once', async () => {
    const message = await calling(add)
    await decide(message, { allow: true })
    await grown(3)
    const again = await t.json('POST', `${base}/answers/${message.id}/tools/${message.data.toolCalls[0].id}`, {
      allow: true,
      ...shown(message),
    })
    expect([again.status, again.body.error.code]).toEqual([409, 'conflict'])
    expect(
      (await t.json('POST', `${base}/answers/${message.id}/tools/other`, { allow: true, ...shown(message) })).status,
    ).toBe(404)
    expect(await path()).toHaveLength(3)
  })

  it('that fails, or ends its server, is told to the model in words', async () => {
    const failed = await calling('[[tool local__fail {}]]')
    await decide(failed, { allow: true })
    expect((await grown(3))[1].data.toolCalls).toMatchObject([{ state: 'failed', result: 'No such file.' }])
    const ended = await calling('[[tool local__end {}]]')
    await decide(ended, { allow: true })
    expect((await grown(6))[4].data.toolCalls).toMatchObject([
      { state: 'failed', result: expect.stringContaining('local') },
    ])
  })

  it('allowed for the chat is made without a question from then on, in this chat only', async () => {
    await decide(await calling(add), { allow: true, forChat: true })
    await grown(3)
    await calling(add)
    expect((await grown(6))[4].data.toolCalls).toMatchObject([{ state: 'done', result: '5' }])
    chat = (await t.json('POST', `${base}/chats`, {})).body.id
    expect((await calling(add)).data.toolCalls).toMatchObject([{ state: 'requested' }])
  })

  it('of a model that never stops calling goes on for so long, and then asks again', async () => {
    await decide(await calling(add, { model: 'stubborn' }), { allow: true, forChat: true })
    const messages = await grown(21)
    expect(messages.at(-1).data.toolCalls).toMatchObject([{ state: 'requested' }])
  })

  it('is made only as it was shown', async () => {
    const message = await calling(add)
    const other = await t.json('POST', `${base}/answers/${message.id}/tools/${message.data.toolCalls[0].id}`, {
      allow: true,
      forChat: true,
      name: 'local__add',
      arguments: '{"a":2,"b":4}',
    })
    expect([other.status, other.body.error.code]).toEqual([409, 'conflict'])
    expect((await ask('GET', `/chats/${chat}/tools`, '/chats/:id/tools')).tools).toEqual([])
    expect((await read(message.id)).data.toolCalls).toMatchObject([{ state: 'requested' }])
  })

  it('of a tool that was not offered is never made, whatever was allowed', async () => {
    await decide(await calling(add), { allow: true, forChat: true })
    await grown(3)
    const message = await calling(add, { tools: [] })
    expect(message.data.toolCalls).toMatchObject([{ state: 'requested' }])
    const { status, body } = await t.json(
      'POST',
      `${base}/answers/${message.id}/tools/${message.data.toolCalls[0].id}`,
      { allow: true, ...shown(message) },
    )
    expect([status, body.error.code]).toEqual([403, 'forbidden'])
    await decide(message, { allow: false })
    expect((await grown(6)).at(-1).text).toBe('Done.')
  })

  it('of an answer that was stopped is neither kept nor made, though its tool is allowed', async () => {
    await decide(await calling(add), { allow: true, forChat: true })
    await grown(3)
    const slow = new HalfCall()
    await t.close()
    t = testServer({ engines: { test: slow }, toolServers })
    chat = (await t.json('POST', `${base}/chats`, {})).body.id
    t.sanjha.answers.start(chat, {
      model: 'test',
      message: { text: 'Hi' },
      tools: ['local'],
      caller: { keyId: null, surface: 'admin' },
      requestId: 'r',
      signal: new AbortController().signal,
    })
    await slow.begun
    const [, answer] = await path()
    await ask('POST', `/answers/${answer.id}/stop`, '/answers/:messageId/stop')
    expect((await read(answer.id)).data).toMatchObject({ state: 'stopped' })
    expect((await read(answer.id)).data.toolCalls).toBeUndefined()
  })

  it('two with one id are two calls', async () => {
    const twins = new TwinCalls()
    await t.close()
    t = testServer({ engines: { test: twins }, toolServers })
    chat = (await t.json('POST', `${base}/chats`, {})).body.id
    const message = await calling('Hi')
    const [one, two] = message.data.toolCalls
    expect(one.id).not.toBe(two.id)
    await decide(message, { allow: true })
    await soon(async () =>
      expect((await read(message.id)).data.toolCalls).toMatchObject([
        { state: 'done', result: '5' },
        { state: 'requested' },
      ]),
    )
  })

  it('can be stopped while it is made', async () => {
    const message = await calling('[[tool local__sleep {}]]')
    await decide(message, { allow: true })
    expect(await ask('POST', `/answers/${message.id}/stop`, '/answers/:messageId/stop')).toEqual({ stopped: true })
    await soon(async () => {
      expect((await read(message.id)).data.toolCalls).toMatchObject([
        { state: 'failed', result: expect.stringContaining('interrupted') },
      ])
    })
    // Long enough for an answer to have begun, had one been asked for.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await path()).toHaveLength(2)
  })
})

it('what was allowed for a chat can be taken back', async () => {
  await decide(await calling(add), { allow: true, forChat: true })
  await grown(3)
  expect((await ask('GET', `/chats/${chat}/tools`, '/chats/:id/tools')).tools).toEqual(['local__add'])
  const path = `/chats/${chat}/tools/local__add`
  expect(await ask('DELETE', path, '/chats/:id/tools/:tool')).toEqual({ revoked: true })
  expect(await ask('DELETE', path, '/chats/:id/tools/:tool')).toEqual({ revoked: false })
  expect((await calling(add)).data.toolCalls).toMatchObject([{ state: 'requested' }])
})

it('nothing that a chat carries along allows a tool', async () => {
  await t.json('PATCH', `${base}/chats/${chat}`, { data: { tools: ['local'], allowedTools: ['local__add'] } })
  expect((await calling(add)).data.toolCalls).toMatchObject([{ state: 'requested' }])
})

it('who comes with a key to a server that others can reach runs nothing on it, unless its owner wants that', async () => {
  for (const toolsForKeys of [false, true]) {
    await t.close()
    t = testServer({
      toolServers,
      settings: { apiKeys: [hashApiKey('k')], toolsForKeys },
    })
    const headers = { authorization: 'Bearer k' }
    const { body } = await t.json('POST', `${base}/chats`, {}, headers)
    const asked = { model: 'test', message: { text: add }, tools: ['local'] }
    const statuses = [
      (await t.json('POST', `${base}/chats/${body.id}/answers`, asked, headers)).status,
      (await t.json('GET', `${base}/tools`, undefined, headers)).status,
      (await t.json('POST', `${base}/tools/local`, undefined, headers)).status,
    ]
    expect(statuses).toEqual(toolsForKeys ? [202, 200, 200] : [403, 403, 403])
  }
})

it('an answer whose tool server does not start fails and says so', async () => {
  const message = await calling('Hi', { tools: ['broken'] })
  expect(message.data).toMatchObject({ state: 'failed', error: { code: 'upstream_error' } })
  expect((await calling('Hi', { tools: ['nowhere'] })).data).toMatchObject({
    state: 'failed',
    error: { code: 'not_found' },
  })
})
