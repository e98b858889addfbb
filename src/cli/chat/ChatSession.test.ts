import { describe, expect, it } from 'vitest'
import type { GenerateRequest, Part, Usage } from '../../engine/index.ts'
import { ChatSession, type ChatTarget } from './ChatSession.ts'

const usage: Usage = {
  promptTokens: 1,
  completionTokens: 1,
  cachedTokens: 0,
  reasoningTokens: 0,
  draftTokens: 0,
  acceptedTokens: 0,
}
const finish: Part = { type: 'finish', reason: 'stop', usage }

/** A target that remembers what it was asked and answers with the given parts; an Error among them is thrown. */
function target(answers: readonly (readonly (Part | Error)[])[]): ChatTarget & { requests: GenerateRequest[] } {
  const requests: GenerateRequest[] = []
  return {
    model: 'm',
    requests,
    generate: async function* (request, signal) {
      requests.push(request)
      for (const part of answers[requests.length - 1] ?? []) {
        signal.throwIfAborted()
        if (part instanceof Error) throw part
        yield part
      }
    },
  }
}

const none = new AbortController().signal

describe('ChatSession', () => {
  it('sends the whole conversation, the system prompt first', async () => {
    const engine = target([[{ type: 'text', text: 'Par' }, { type: 'text', text: 'is' }, finish], [finish]])
    const session = new ChatSession(engine, { sampling: {}, system: 'Be short' })
    const answer = await session.ask('Capital of France?', none, () => undefined)
    expect(answer?.text).toBe('Paris')
    await session.ask('And of Spain?', none, () => undefined)
    const input = engine.requests[1]?.input
    expect(input?.type === 'chat' && input.messages.map((message) => message.role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
    ])
  })

  it('forgets a question that failed', async () => {
    const session = new ChatSession(target([[new Error('broken')]]), { sampling: {} })
    await expect(session.ask('Hm?', none, () => undefined)).rejects.toThrow('broken')
    expect(session.messages).toEqual([])
  })

  it('keeps an answer that was stopped as far as it came', async () => {
    const controller = new AbortController()
    const session = new ChatSession(
      target([
        [
          { type: 'text', text: 'Once' },
          { type: 'text', text: ' upon' },
        ],
      ]),
      { sampling: {} },
    )
    const answer = await session.ask('A story', controller.signal, () => controller.abort())
    expect(answer).toBeUndefined()
    expect(session.messages.at(-1)?.content).toEqual([{ type: 'text', text: 'Once' }])
  })

  it('joins the pieces of tool calls', async () => {
    const session = new ChatSession(
      target([
        [
          { type: 'tool-call', index: 0, id: 'call_1', name: 'add', argumentsDelta: '{"a":' },
          { type: 'tool-call', index: 0, id: 'call_1', name: '', argumentsDelta: '1}' },
          finish,
        ],
      ]),
      { sampling: {} },
    )
    const answer = await session.ask('1+?', none, () => undefined)
    expect(answer?.toolCalls).toEqual([{ id: 'call_1', name: 'add', arguments: '{"a":1}' }])
  })
})
