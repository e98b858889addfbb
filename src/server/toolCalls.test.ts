import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collect } from './http/calls.ts'
import { type Json, type TestServer, testServer } from './testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

/** Text, a whole call, and one that the limit cuts: each word, and each piece of arguments, is a token. */
const script = '[[say Let me see.]][[tool first {"a": 1}]][[tool second {"city": "Paris", "days": 3}]]'
const messages = [{ role: 'user', content: script }]

describe('a tool call cut by the limit', () => {
  /** The first call is whole after five tokens. */
  const limits = [4, 5, 6, 7, 8]

  it.each(limits)('after %i tokens: Anthropic’s answer ends with max_tokens and what is whole', async (max_tokens) => {
    const ask = { model: 'test', messages, max_tokens }
    const { status, body } = await t.json('POST', '/v1/messages', ask)
    expect([status, body.stop_reason]).toEqual([200, 'max_tokens'])
    expect(body.content[0]).toEqual({ type: 'text', text: 'Let me see.' })
    const whole = { type: 'tool_use', name: 'first', input: { a: 1 } }
    expect(body.content.slice(1)).toMatchObject(max_tokens < 5 ? [] : [whole])
    const events = await t.events('/v1/messages', { ...ask, stream: true })
    expect(events.at(-2)!.data.delta.stop_reason).toBe('max_tokens')
    expect(events.at(-1)!.event).toBe('message_stop')
  })

  it.each(limits)('after %i tokens: Ollama’s answer ends with length and what is whole', async (num_predict) => {
    const lines = await t.lines('/api/chat', { model: 'test', messages, options: { num_predict } })
    expect(lines.at(-1)).toMatchObject({ done: true, done_reason: 'length' })
    const { body } = await t.json('POST', '/api/chat', {
      model: 'test',
      messages,
      stream: false,
      options: { num_predict },
    })
    expect(body).toMatchObject({ done_reason: 'length', message: { content: 'Let me see.' } })
    const calls = (body.message.tool_calls ?? []).map((call: Json) => call.function)
    expect(calls).toEqual(num_predict < 5 ? [] : [{ name: 'first', arguments: { a: 1 } }])
  })

  it('does not excuse nonsense: arguments that are no JSON although the answer is whole', async () => {
    const nonsense = [{ role: 'user', content: '[[tool first {"a": ]]' }]
    expect((await t.json('POST', '/v1/messages', { model: 'test', messages: nonsense, max_tokens: 99 })).status).toBe(
      502,
    )
    expect((await t.json('POST', '/api/chat', { model: 'test', messages: nonsense, stream: false })).status).toBe(502)
  })
})

it('calls are put together by their number, whatever numbers an engine uses', async () => {
  const answer = await collect(
    (async function* () {
      for (const index of [-1, 7, 1.5])
        yield { type: 'tool-call', index, id: `${index}`, name: 'f', argumentsDelta: '{' } as const
      for (const index of [1.5, -1, 7])
        yield { type: 'tool-call', index, id: '', name: '', argumentsDelta: '}' } as const
      const usage = {
        promptTokens: 1,
        completionTokens: 1,
        cachedTokens: 0,
        reasoningTokens: 0,
        draftTokens: 0,
        acceptedTokens: 0,
      }
      yield { type: 'finish', reason: 'tool-calls', usage } as const
    })(),
  )
  expect(answer.toolCalls).toEqual(['-1', '7', '1.5'].map((id) => ({ id, name: 'f', arguments: '{}' })))
})
