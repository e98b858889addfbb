import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { malformedKeys } from '../../chats/index.ts'
import { type JsonAnswer, type TestServer, testServer } from '../testing/testServer.ts'
import { answerData } from './answerSchemas.ts'

const base = '/sanjha/v1'
let t: TestServer
let chat: string
beforeEach(async () => {
  t = testServer()
  chat = (await t.json('POST', `${base}/chats`, {})).body.id
})
afterEach(() => t.close())

const refused = ({ status, body }: JsonAnswer): unknown => [status, body.error?.code, body.error?.param]
const message = (data: object): object => ({ role: 'assistant', text: 'x', data })

describe('data that comes from outside', () => {
  it.each([
    ['attachments', [null]],
    ['error', { message: {} }],
    ['toolCalls', [null]],
  ])('is refused where %s is not of its form', async (key, value) => {
    const expected = [400, 'invalid_request', `data.${key}`]
    const { id } = (await t.json('POST', `${base}/chats/${chat}/messages`, message({ mine: 1 }))).body
    expect(refused(await t.json('POST', `${base}/chats/${chat}/messages`, message({ [key]: value })))).toEqual(expected)
    expect(refused(await t.json('PATCH', `${base}/messages/${id}`, { data: { [key]: value } }))).toEqual(expected)
    const asked = await t.json('POST', `${base}/chats/${chat}/answers`, {
      model: 'test',
      message: { text: 'x', data: { [key]: value } },
    })
    expect(asked.status).toBe(400)
    expect(asked.body.error.param).toContain(`message.data.${key}`)
    expect((await t.json('GET', `${base}/chats/${chat}`)).body.messages).toHaveLength(1)
    expect(refused(await t.json('POST', `${base}/chats`, { data: { settings: [] } }))).toEqual([
      400,
      'invalid_request',
      'data.settings',
    ])
  })

  it.each([
    ['state', 'done'],
    ['toolCalls', [{ id: 'a', name: 'local__environment', arguments: '{}', state: 'requested' }]],
    ['offered', ['local__environment']],
    ['allowedTools', ['local__environment']],
  ])('does not say %s, which the server acts on', async (key, value) => {
    const expected = [400, 'invalid_request', `data.${key}`]
    const { id } = (await t.json('POST', `${base}/chats/${chat}/messages`, message({}))).body
    expect(refused(await t.json('POST', `${base}/chats/${chat}/messages`, message({ [key]: value })))).toEqual(expected)
    expect(refused(await t.json('PATCH', `${base}/messages/${id}`, { data: { [key]: value } }))).toEqual(expected)
    const question = { model: 'test', message: { text: 'x', data: { [key]: value } } }
    expect(refused(await t.json('POST', `${base}/chats/${chat}/answers`, question))).toEqual([
      400,
      'invalid_request',
      `message.data.${key}`,
    ])
  })

  it('may leave such keys as they are', async () => {
    const { id } = t.sanjha.chats.append(chat, { role: 'assistant', text: 'x', data: { state: 'done' } })
    const patched = await t.json('PATCH', `${base}/messages/${id}`, { data: { state: 'done', mine: 1 } })
    expect([patched.status, patched.body.data]).toEqual([200, { state: 'done', mine: 1 }])
  })

  it('of a chat keeps its settings and names tool servers, but allows no tools', async () => {
    const patch = (data: object | null): Promise<JsonAnswer> => t.json('PATCH', `${base}/chats/${chat}`, { data })
    const data = { system: 's', settings: { temperature: 1 }, schema: { type: 'object' }, tools: ['local'] }
    expect((await patch(data)).body.data).toEqual(data)
    expect((await patch({ ...data, tools: [] })).status).toBe(200)
    expect(refused(await patch({ allowedTools: [] }))).toEqual([400, 'invalid_request', 'data.allowedTools'])
    expect(refused(await t.json('POST', `${base}/chats`, { data: { allowedTools: ['a'] } }))).toEqual([
      400,
      'invalid_request',
      'data.allowedTools',
    ])
    expect((await patch(null)).status).toBe(200)
  })
})

it('what passes is what the document says of answers', () => {
  const shapes = fc.record(
    {
      error: fc.record({ code: fc.string(), message: fc.oneof(fc.string(), fc.object()), status: fc.integer() }),
      toolCalls: fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.array(fc.record({ id: fc.string(), name: fc.string(), arguments: fc.jsonValue(), state: fc.string() })),
      ),
      usage: fc.jsonValue({ maxDepth: 2 }),
      leftOut: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
      finishReason: fc.constantFrom('stop', 'length', 'x', 1),
      tools: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
      system: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(shapes, (data) => {
      const isKept = malformedKeys(data, 'message').length === 0
      expect(answerData.safeParse({ ...data, state: 'done' }).success).toBe(isKept)
    }),
    { numRuns: 300 },
  )
})
