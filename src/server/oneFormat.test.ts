import { afterEach, beforeEach, expect, it } from 'vitest'
import { type TestServer, testServer } from './testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

const messages = [{ role: 'user', content: 'Hi' }]
const schema = { type: 'object' }
const parameters = { type: 'object', properties: { city: { type: 'string' } } }
const response_format = { type: 'json_object' }
const grammar = 'root ::= "a"'
const structured_outputs = { choice: ['a'] }
const tools = [{ type: 'function', function: { name: 'weather', parameters } }]
const flatTools = [{ type: 'function', name: 'weather', parameters }]
const forced = { tools, tool_choice: 'required' }
const format = { type: 'json_schema', schema }
const otherFormat = { type: 'json_schema', schema: { type: 'array' } }
const anthropicTools = { tools: [{ name: 'weather', input_schema: parameters }], tool_choice: { type: 'any' } }

const chat = ['/v1/chat/completions', { messages }] as const
const completion = ['/v1/completions', { prompt: 'Hi' }] as const
const responses = ['/v1/responses', { input: 'Hi' }] as const
const anthropic = ['/v1/messages', { messages, max_tokens: 9 }] as const

it.each([
  [chat, { response_format, grammar }, ['response_format', 'grammar']],
  [chat, { response_format, structured_outputs }, ['response_format', 'structured_outputs']],
  [chat, { grammar, structured_outputs }, ['structured_outputs', 'grammar']],
  [chat, { response_format, ...forced }, ['response_format', 'tool_choice']],
  [
    chat,
    { grammar, tools, tool_choice: { type: 'function', function: { name: 'weather' } } },
    ['grammar', 'tool_choice'],
  ],
  [
    chat,
    { structured_outputs: { json: schema, choice: ['a'] } },
    ['structured_outputs.json', 'structured_outputs.choice'],
  ],
  [
    chat,
    { structured_outputs: { json: schema, regex: 'a+' } },
    ['structured_outputs.json', 'structured_outputs.regex'],
  ],
  [completion, { response_format, grammar }, ['response_format', 'grammar']],
  [responses, { text: { format }, tools: flatTools, tool_choice: 'required' }, ['text.format', 'tool_choice']],
  [anthropic, { output_config: { format }, ...anthropicTools }, ['output_config.format', 'tool_choice']],
  [anthropic, { output_config: { format }, output_format: otherFormat }, ['output_config.format', 'output_format']],
] as const)('%j with %j is refused, and both fields are named', async ([path, question], more, names) => {
  const { status, body } = await t.json('POST', path, { model: 'test', ...question, ...more })
  expect(status).toBe(400)
  for (const name of names) expect(body.error.message).toContain(`\`${name}\``)
  if (path !== '/v1/messages') expect(body.error.param).toBe(names[0])
  expect(t.engine.requests).toEqual([])
})

it.each([
  [chat, { response_format: { type: 'text' }, grammar }, { type: 'grammar', grammar }],
  [chat, { grammar, structured_outputs: { grammar } }, { type: 'grammar', grammar }],
  [chat, { response_format, tools, tool_choice: 'auto' }, { type: 'json' }],
  [chat, { response_format: { type: 'text' }, ...forced }, { type: 'text' }],
  [anthropic, { output_config: { format }, output_format: format }, { type: 'json-schema', schema }],
] as const)('%j with %j is no conflict', async ([path, question], more, expected) => {
  const { status } = await t.json('POST', path, { model: 'test', ...question, ...more })
  expect(status).toBe(200)
  expect(t.engine.requests.at(-1)!.format).toEqual(expected)
})

it('two names of one setting may say the same, and nothing else', async () => {
  const ask = (more: object) => t.json('POST', '/v1/chat/completions', { model: 'test', messages, ...more })
  for (const names of [
    ['max_completion_tokens', 'max_tokens'],
    ['repetition_penalty', 'repeat_penalty'],
  ] as const) {
    expect((await ask({ [names[0]]: 2, [names[1]]: 2 })).status).toBe(200)
    const { status, body } = await ask({ [names[0]]: 2, [names[1]]: 3 })
    expect([status, body.error.param]).toEqual([400, names[0]])
    for (const name of names) expect(body.error.message).toContain(`\`${name}\``)
  }
})
