import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestEngine } from '../gateway/testing/TestEngine.ts'
import { type TestServer, testServer } from './testing/testServer.ts'

let t: TestServer
afterEach(() => t.close())

const messages = [{ role: 'user', content: 'Hi' }]
const chat = ['/v1/chat/completions', { messages }] as const
const responses = ['/v1/responses', { input: 'Hi' }] as const
const anthropic = ['/v1/messages', { messages, max_tokens: 9 }] as const

describe('a model that cannot think', () => {
  beforeEach(() => {
    t = testServer({ engines: { test: new TestEngine({ capabilities: { thinking: false } }) } })
  })

  it.each([
    [chat, { reasoning_effort: 'high' }, 'reasoning_effort', 'unsupported_parameter'],
    [chat, { chat_template_kwargs: { enable_thinking: true } }, 'chat_template_kwargs', 'unsupported'],
    [responses, { reasoning: { effort: 'low' } }, 'reasoning.effort', 'unsupported_parameter'],
  ] as const)('%j with %j is told so, streamed or not', async ([path, question], more, param, code) => {
    for (const stream of [false, true]) {
      const { status, body } = await t.json('POST', path, { model: 'test', stream, ...question, ...more })
      expect(status).toBe(400)
      expect(body.error).toMatchObject({ message: expect.stringContaining('does not support thinking'), code })
      expect(body.error.param).toBe(param)
    }
    expect(t.engine.requests).toEqual([])
    expect(t.pool.held).toBe(0)
  })

  it.each([
    [chat, { reasoning_effort: 'none' }, false],
    [chat, { reasoning_effort: 'minimal' }, false],
    [chat, { chat_template_kwargs: { enable_thinking: false } }, false],
    [responses, { reasoning: { effort: 'none' } }, false],
    [anthropic, { thinking: { type: 'enabled', budget_tokens: 1024 } }, 'allow'],
    [anthropic, { thinking: { type: 'disabled' } }, false],
    [anthropic, { thinking: { type: 'adaptive' } }, undefined],
  ] as const)('%j with %j is answered', async ([path, question], more, thinking) => {
    const { status } = await t.json('POST', path, { model: 'test', ...question, ...more })
    expect(status).toBe(200)
    const { input } = t.engine.requests.at(-1)!
    expect(input.type === 'chat' && input.thinking).toBe(thinking)
  })
})

it('an effort that nobody knows is refused', async () => {
  t = testServer()
  for (const [[path, question], more, param] of [
    [chat, { reasoning_effort: 'huge' }, 'reasoning_effort'],
    [responses, { reasoning: { effort: 'huge' } }, 'reasoning.effort'],
  ] as const) {
    const { status, body } = await t.json('POST', path, { model: 'test', ...question, ...more })
    expect([status, body.error.param]).toEqual([400, param])
  }
})
