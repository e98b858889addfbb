import { afterEach, beforeEach, expect, it } from 'vitest'
import { responseItems, responseObject } from '../../src/server/openai/responses/schemas.ts'
import { type Json, type TestServer, testServer } from '../../src/server/testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

const path = '/v1/responses'

async function create(body: object): Promise<Json> {
  const answer = await t.json('POST', path, { model: 'test', ...body })
  expect(answer.body.error).toBeNull()
  expect(answer.status).toBe(200)
  responseObject.parse(answer.body)
  return answer.body
}

async function events(body: object): Promise<Json[]> {
  const all = await t.events(path, { model: 'test', stream: true, ...body })
  expect(all.at(-1)!.data).toBe('[DONE]')
  const list = all.slice(0, -1)
  for (const { event, data } of list) expect(data.type).toBe(event)
  expect(list.map((e) => e.data.sequence_number)).toEqual(list.map((_, i) => i))
  return list.map((e) => e.data)
}

const outputText = (response: Json): string =>
  response.output
    .flatMap((item: Json) => item.content ?? [])
    .map((part: Json) => part.text)
    .join('')

it('[API-31] a response and its items say what they are', async () => {
  const body = await create({ input: 'Hi', instructions: 'Be brief.', metadata: { a: 'b' }, temperature: 0.5 })
  expect(body.id).toMatch(/^resp_\w+$/)
  expect(body).toMatchObject({
    object: 'response',
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: 'Be brief.',
    metadata: { a: 'b' },
    temperature: 0.5,
    previous_response_id: null,
    store: true,
    tools: [],
    tool_choice: 'auto',
    text: { format: { type: 'text' } },
  })
  expect(body.output).toHaveLength(1)
  expect(body.output[0]).toEqual({
    id: expect.stringMatching(/^msg_\w+$/),
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'You said: Hi', annotations: [], logprobs: [] }],
  })
  expect(body.usage.total_tokens).toBe(body.usage.input_tokens + body.usage.output_tokens)
  const { input } = t.engine.requests.at(-1)!
  expect(input.type === 'chat' && input.messages[0]).toEqual({
    role: 'system',
    content: [{ type: 'text', text: 'Be brief.' }],
  })
})

it('[API-31] the events of an answer come in order', async () => {
  const list = await events({ input: 'one two' })
  const types = list.map((e) => e.type)
  const deltas = types.filter((type) => type === 'response.output_text.delta')
  expect(types).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    ...deltas,
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ])
  const text = list
    .filter((e) => e.delta !== undefined)
    .map((e) => e.delta)
    .join('')
  expect(text).toBe('You said: one two')
  const done = list.at(-1).response
  responseObject.parse(done)
  expect(outputText(done)).toBe(text)
  expect(list.find((e) => e.type === 'response.output_text.done').text).toBe(text)
  expect(new Set(list.map((e) => e.item_id).filter(Boolean))).toEqual(new Set([done.output[0].id]))
  // What is streamed is what is stored.
  expect((await t.json('GET', `${path}/${done.id}`)).body).toEqual(done)
})

it('[API-31] thinking and tool calls are items of their own', async () => {
  const tools = [{ type: 'function', name: 'weather', parameters: { type: 'object' } }]
  const list = await events({ input: '[[think Hm.]][[say Let me see.]][[tool weather {"city": "Paris"}]]', tools })
  const { output } = list.at(-1).response
  expect(output.map((item: Json) => item.type)).toEqual(['reasoning', 'message', 'function_call'])
  expect(output[0].content).toEqual([{ type: 'reasoning_text', text: 'Hm.' }])
  expect(output[2]).toMatchObject({ name: 'weather', arguments: '{"city": "Paris"}', status: 'completed' })
  const pieces = list.filter((e) => e.type === 'response.function_call_arguments.delta').map((e) => e.delta)
  expect(pieces.length).toBeGreaterThan(1)
  expect(pieces.join('')).toBe(output[2].arguments)
  const added = list.filter((e) => e.type === 'response.output_item.added').map((e) => e.output_index)
  expect(added).toEqual([0, 1, 2])
})

it('an answer that was cut is incomplete', async () => {
  const body = await create({ input: '[[repeat 9 x]]', max_output_tokens: 2 })
  expect(body).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    completed_at: null,
  })
  const list = await events({ input: '[[repeat 9 x]]', max_output_tokens: 2 })
  expect(list.at(-1).type).toBe('response.incomplete')
})

it('[API-25] a response that fails in the middle says so, and is not kept', async () => {
  const all = await t.events(path, { model: 'test', stream: true, input: '[[say half]][[throw engine_crashed]]' })
  const types = all.map((e) => e.data.type)
  expect(types.slice(-2)).toEqual(['error', 'response.failed'])
  const { response } = all.at(-1)!.data
  expect(response).toMatchObject({ status: 'failed', error: { code: 'engine_crashed' } })
  expect(all.map((e) => e.data.sequence_number)).toEqual(all.map((_, i) => i))
  expect((await t.json('GET', `${path}/${response.id}`)).status).toBe(404)
})

it('[API-32] a stored response can be gone on from, read, listed and deleted', async () => {
  const first = await create({ input: 'My name is Ada.', instructions: 'Only for now.' })
  const second = await create({ input: 'What is my name?', previous_response_id: first.id })
  expect(second.previous_response_id).toBe(first.id)
  const { input } = t.engine.requests.at(-1)!
  expect(
    input.type === 'chat' &&
      input.messages.map((m) => [m.role, m.content.map((c) => c.type === 'text' && c.text).join('')]),
  ).toEqual([
    ['user', 'My name is Ada.'],
    ['assistant', 'You said: My name is Ada.'],
    ['user', 'What is my name?'],
  ])
  expect((await t.json('GET', `${path}/${second.id}`)).body).toEqual(second)

  const items = await t.json('GET', `${path}/${second.id}/input_items?order=asc`)
  responseItems.parse(items.body)
  expect(items.body.data.map((i: Json) => [i.role, i.content[0].text])).toEqual([
    ['user', 'My name is Ada.'],
    ['assistant', 'You said: My name is Ada.'],
    ['user', 'What is my name?'],
  ])
  const page = await t.json('GET', `${path}/${second.id}/input_items?limit=1`)
  expect(page.body).toMatchObject({ has_more: true, first_id: items.body.data[2].id })

  expect((await t.json('DELETE', `${path}/${first.id}`)).body).toEqual({
    id: first.id,
    object: 'response',
    deleted: true,
  })
  for (const [method, url] of [
    ['GET', `${path}/${first.id}`],
    ['DELETE', `${path}/${first.id}`],
    ['GET', `${path}/${first.id}/input_items`],
  ] as const) {
    const { status, body } = await t.json(method, url)
    expect([status, body.error.code]).toEqual([404, 'not_found'])
  }
})

it('[API-32] what is unknown or was not stored cannot be gone on from', async () => {
  const unstored = await create({ input: 'Hi', store: false })
  expect(unstored.store).toBe(false)
  expect((await t.json('GET', `${path}/${unstored.id}`)).status).toBe(404)
  for (const previous_response_id of [unstored.id, 'resp_unknown']) {
    const { status, body } = await t.json('POST', path, { model: 'test', input: 'Hi', previous_response_id })
    expect([status, body.error.code, body.error.param]).toEqual([404, 'not_found', 'previous_response_id'])
  }
})

it('a tool’s output goes on from its call', async () => {
  const tools = [{ type: 'function', name: 'weather', parameters: { type: 'object' } }]
  const first = await create({ input: 'Weather?', tools, tool_choice: 'required' })
  const call = first.output.find((i: Json) => i.type === 'function_call')
  const output = { type: 'function_call_output', call_id: call.call_id, output: 'Sunny' }
  await create({ input: [output], previous_response_id: first.id, tools })
  const { input } = t.engine.requests.at(-1)!
  expect(input.type === 'chat' && input.messages.slice(1)).toEqual([
    { role: 'assistant', content: [], toolCalls: [{ id: call.call_id, name: 'weather', arguments: call.arguments }] },
    { role: 'tool', content: [{ type: 'text', text: 'Sunny' }], toolCallId: call.call_id },
  ])
})

it('items may be messages in every form', async () => {
  await create({
    input: [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] },
      { role: 'user', content: 'Again' },
    ],
    text: { format: { type: 'json_schema', name: 'a', schema: { type: 'object', properties: {} } } },
  })
  const { input, format } = t.engine.requests.at(-1)!
  expect(input.type === 'chat' && input.messages.map((m) => m.role)).toEqual(['system', 'user', 'assistant', 'user'])
  expect(input.type === 'chat' && input.messages[2]).toMatchObject({ reasoning: 'Hm.' })
  expect(format?.type).toBe('json-schema')
})

it('what is not offered is refused by name', async () => {
  for (const [body, param] of [
    [{ input: 'x', background: true }, 'background'],
    [{ input: 'x', conversation: 'conv_1' }, 'conversation'],
    [{ input: 'x', truncation: 'auto' }, 'truncation'],
    [{ input: 'x', tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    [{ input: [{ type: 'computer_call' }] }, 'input[0].type'],
    [{ input: [] }, 'input'],
    [{}, 'input'],
    [{ input: 'x', max_output_tokens: -1 }, 'max_output_tokens'],
  ] as const) {
    const { status, body: answer } = await t.json('POST', path, { model: 'test', ...body })
    expect([status, answer.error.param]).toEqual([400, param])
  }
})
