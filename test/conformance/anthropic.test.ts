import { afterEach, beforeEach, expect, it } from 'vitest'
import { messageObject } from '../../src/server/anthropic/responseSchemas.ts'
import { type Json, type TestServer, testServer } from '../../src/server/testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

const path = '/v1/messages'
const tools = [{ name: 'weather', description: 'Tells it', input_schema: { type: 'object', properties: {} } }]

async function create(content: unknown, more: object = {}): Promise<Json> {
  const { status, body } = await t.json('POST', path, {
    model: 'test',
    max_tokens: 100,
    messages: [{ role: 'user', content }],
    ...more,
  })
  expect(body.error).toBeUndefined()
  expect(status).toBe(200)
  messageObject.parse(body)
  return body
}

it('[API-38] a message says what it is', async () => {
  const body = await create('Hi')
  expect(body).toMatchObject({
    type: 'message',
    role: 'assistant',
    model: 'test',
    content: [{ type: 'text', text: 'You said: Hi' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
  })
  expect((await create('[[repeat 9 x]]', { max_tokens: 2 })).stop_reason).toBe('max_tokens')
  const stopped = await create('[[say a b c]]', { stop_sequences: ['b'] })
  expect([stopped.stop_reason, stopped.stop_sequence, stopped.content[0].text]).toEqual(['stop_sequence', 'b', 'a '])
  const called = await create('Hi', { tools, tool_choice: { type: 'any' } })
  expect(called.stop_reason).toBe('tool_use')
  expect(called.content).toEqual([
    { type: 'tool_use', id: expect.any(String), name: 'weather', input: { city: 'Paris', days: 3 } },
  ])
})

it('[API-38] the events come in order', async () => {
  const body = {
    model: 'test',
    max_tokens: 100,
    stream: true,
    messages: [{ role: 'user', content: '[[think Hm. So.]][[say Let me see.]][[tool weather {"city": "Paris"}]]' }],
    tools,
  }
  const all = await t.events(path, body)
  for (const { event, data } of all) expect(data.type).toBe(event)
  const types = all.map((e) => e.event)
  expect(types[0]).toBe('message_start')
  expect(types.slice(-2)).toEqual(['message_delta', 'message_stop'])
  const starts = all.filter((e) => e.event === 'content_block_start').map((e) => e.data)
  expect(starts.map((s) => [s.index, s.content_block.type])).toEqual([
    [0, 'thinking'],
    [1, 'text'],
    [2, 'tool_use'],
  ])
  expect(types.filter((type) => type === 'content_block_stop')).toHaveLength(3)
  const deltas = (index: number, field: string): string =>
    all
      .filter((e) => e.event === 'content_block_delta' && e.data.index === index)
      .map((e) => e.data.delta[field])
      .join('')
  expect(deltas(0, 'thinking')).toBe('Hm. So.')
  expect(deltas(1, 'text')).toBe('Let me see.')
  expect(JSON.parse(deltas(2, 'partial_json'))).toEqual({ city: 'Paris' })
  const end = all.at(-2)!.data
  expect(end.delta).toEqual({ stop_reason: 'tool_use', stop_sequence: null })
  expect(end.usage.output_tokens).toBe(7)
})

it('[API-38] tokens are counted as they are used', async () => {
  const messages = [{ role: 'user', content: 'How many tokens are these?' }]
  const count = await t.json('POST', '/v1/messages/count_tokens', { model: 'test', system: 'Be brief.', messages })
  const { usage } = await create('How many tokens are these?', { system: 'Be brief.' })
  expect(count.body).toEqual({ input_tokens: usage.input_tokens + usage.cache_read_input_tokens })
})

it('[API-25] a failure in the middle is an error event', async () => {
  const messages = [{ role: 'user', content: '[[say half]][[throw engine_crashed]]' }]
  const all = await t.events(path, { model: 'test', max_tokens: 9, stream: true, messages })
  expect(all.at(-1)).toMatchObject({ event: 'error', data: { type: 'error', error: { type: 'api_error' } } })
  expect(all.some((e) => e.event === 'message_stop')).toBe(false)
})

it('blocks of every kind are taken in their order', async () => {
  const messages = [
    { role: 'user', content: [{ type: 'text', text: 'Weather?', cache_control: { type: 'ephemeral' } }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'x' },
        { type: 'text', text: 'Let me see.' },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Paris' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'Sunny' }] },
        { type: 'text', text: 'So?' },
      ],
    },
    { role: 'assistant', content: 'It is' },
  ]
  const { status } = await t.json('POST', path, {
    model: 'test',
    max_tokens: 10,
    system: [{ type: 'text', text: 'Be brief.' }],
    messages,
    tools,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    top_k: 5,
  })
  expect(status).toBe(200)
  const request = t.engine.requests.at(-1)!
  expect(request.input).toMatchObject({ thinking: 'allow', continueLast: true })
  expect(request.input.type === 'chat' && request.input.messages).toEqual([
    { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
    { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
    {
      role: 'assistant',
      content: [{ type: 'text', text: 'Let me see.' }],
      reasoning: 'Hm.',
      toolCalls: [{ id: 'toolu_1', name: 'weather', arguments: '{"city":"Paris"}' }],
    },
    { role: 'tool', toolCallId: 'toolu_1', content: [{ type: 'text', text: 'Sunny' }] },
    { role: 'user', content: [{ type: 'text', text: 'So?' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'It is' }] },
  ])
})

it('what is wrong or not offered is refused', async () => {
  const messages = [{ role: 'user', content: 'Hi' }]
  for (const body of [
    { messages },
    { messages, max_tokens: -1 },
    { messages: [], max_tokens: 1 },
    { messages: [{ role: 'robot', content: 'x' }], max_tokens: 1 },
    { messages: [{ role: 'user', content: [{ type: 'document', source: {} }] }], max_tokens: 1 },
    { messages: [{ role: 'user', content: [{ type: 'tool_use', id: 'a', name: 'b', input: {} }] }], max_tokens: 1 },
    { messages, max_tokens: 1, tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    { messages, max_tokens: 1, tools, tool_choice: { type: 'tool', name: 'other' } },
    {
      messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'file:///x' } }] }],
      max_tokens: 1,
    },
  ]) {
    const { status, body: answer } = await t.json('POST', path, { model: 'test', ...body })
    expect([status, answer.type, answer.error.type]).toEqual([400, 'error', 'invalid_request_error'])
  }
})
