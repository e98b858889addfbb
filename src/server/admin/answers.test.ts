import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { soon } from '../../core/testing/soon.ts'
import { TestEngine } from '../../gateway/testing/TestEngine.ts'
import { allRoutes } from '../allRoutes.ts'
import { type EventReader, readEvents } from '../testing/readEvents.ts'
import { type Json, type SseEvent, type TestServer, testServer } from '../testing/testServer.ts'

const base = '/sanjha/v1'
let t: TestServer
let chat: string
beforeEach(async () => {
  t = testServer({ engines: { test: new TestEngine({ tokenDelayMs: 2 }) } })
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
const start = (body: object): Promise<{ question: Json; answer: Json }> =>
  ask('POST', `/chats/${chat}/answers`, '/chats/:id/answers', { model: 'test', ...body })
const read = (id: string): Promise<Json> => ask('GET', `/messages/${id}`, '/messages/:id')
const ended = (id: string): Promise<Json> =>
  soon(async () => {
    const message = await read(id)
    expect(['waiting', 'streaming']).not.toContain(message.data.state)
    return message
  })
const say = (text: string): object => ({ message: { text } })

describe('an answer', () => {
  it('is written into the chat by the server alone', async () => {
    const { question, answer } = await start(say('[[think Hm.]][[say The Nile is long.]]'))
    expect(question).toMatchObject({ role: 'user', parentId: null })
    expect(answer).toMatchObject({ role: 'assistant', parentId: question.id, text: '', data: { state: 'waiting' } })
    const message = await ended(answer.id)
    expect(message).toMatchObject({
      text: 'The Nile is long.',
      reasoning: 'Hm.',
      model: 'test',
      data: {
        state: 'done',
        finishReason: 'stop',
        usage: { promptTokens: expect.any(Number), completionTokens: expect.any(Number) },
        timings: { loadMs: 12, tokensPerSecond: expect.any(Number) },
      },
    })
    expect((await ask('GET', '/chats/search?q=nile', '/chats/search')).hits.map((h: Json) => h.messageId)).toContain(
      answer.id,
    )
    expect(t.pool.held).toBe(0)
  })

  it('goes on below the branch, with what was said before, and keeps what it was asked with', async () => {
    const settings = { temperature: 0.5, max_tokens: 40, stop: 'END', response_format: { type: 'text' } }
    await ended((await start({ ...say('[[say One.]]'), system: 'Be brief.', settings })).answer.id)
    const { answer } = await start({ ...say('Two?'), settings })
    const { text, data } = await ended(answer.id)
    expect(text).toBe('You said: Two?')
    expect(data.settings).toEqual(settings)
    const [first, second] = t.engine.requests
    expect(first).toMatchObject({
      maxTokens: 40,
      stop: ['END'],
      sampling: { temperature: 0.5 },
      input: { messages: [{ role: 'system', content: [{ type: 'text', text: 'Be brief.' }] }, { role: 'user' }] },
    })
    expect((second!.input as Json).messages.map((m: Json) => [m.role, m.content[0].text])).toEqual([
      ['user', '[[say One.]]'],
      ['assistant', 'One.'],
      ['user', 'Two?'],
    ])
  })

  it('may be one of several to a question, and they may be written at once', async () => {
    const { question, answer } = await start(say('[[repeat 30 a]][[stall]]'))
    const other = await start({ parentId: question.id })
    expect(other.question).toBeNull()
    expect(other.answer.parentId).toBe(question.id)
    await soon(async () => {
      const both = await Promise.all([read(answer.id), read(other.answer.id)])
      expect(both.map((m) => [m.data.state, m.text.length])).toEqual([
        ['streaming', 59],
        ['streaming', 59],
      ])
    })
    const page = await ask('GET', `/chats/${chat}/path`, '/chats/:id/path')
    expect(page.siblings[other.answer.id]).toEqual([answer.id, other.answer.id])
    expect(page.messages.map((m: Json) => m.id)).toEqual([question.id, other.answer.id])
  })

  it('stops when it is told to: the engine too, and what was said stays', async () => {
    const { answer } = await start(say('[[say Once upon a time]][[stall]]'))
    await soon(async () => expect((await read(answer.id)).text).toContain('Once'))
    expect(await ask('POST', `/answers/${answer.id}/stop`, '/answers/:messageId/stop')).toEqual({ stopped: true })
    const message = await read(answer.id)
    expect(message.data.state).toBe('stopped')
    expect(message.text).toContain('Once')
    await soon(() => expect([t.engine.aborted, t.pool.held]).toEqual([1, 0]))
    expect(await ask('POST', `/answers/${answer.id}/stop`, '/answers/:messageId/stop')).toEqual({ stopped: false })
    expect((await t.json('POST', `${base}/answers/msg_none/stop`)).status).toBe(404)
  })

  it('leaves what others note in it meanwhile', async () => {
    const { answer } = await start(say('[[say Well,]][[stall]]'))
    await soon(async () => expect((await read(answer.id)).data.state).toBe('streaming'))
    const { data } = await read(answer.id)
    await ask('PATCH', `/messages/${answer.id}`, '/messages/:id', { data: { ...data, note: 'good' } })
    await ask('POST', `/answers/${answer.id}/stop`, '/answers/:messageId/stop')
    expect((await read(answer.id)).data).toMatchObject({ state: 'stopped', note: 'good' })
  })

  it('keeps why it failed, and what was said before', async () => {
    const failed = await ended((await start(say('[[say Well,]][[throw engine_crashed]]'))).answer.id)
    expect(failed).toMatchObject({ text: 'Well,', data: { state: 'failed', error: { code: 'engine_crashed' } } })
    const unknown = await ended((await start({ ...say('Hi'), model: 'tesd' })).answer.id)
    expect(unknown.data.error).toMatchObject({ code: 'model_not_found', status: 404, param: 'model' })
    const defect = await ended((await start(say('[[throw]]'))).answer.id)
    expect(defect.data.error).toMatchObject({ code: 'internal', message: expect.stringContaining('log') })
    expect(JSON.stringify(defect)).not.toContain('Thrown on demand')
    const blind = await ended(
      (
        await start({
          message: {
            text: 'Look',
            data: { attachments: [{ type: 'image', name: 'a.png', url: 'data:image/png;base64,iVBORw0KGgo=' }] },
          },
        })
      ).answer.id,
    )
    expect(blind.data.error.code).toBe('unsupported')
  })

  it.each([
    ['an empty question', say(' '), 'message.text'],
    ['an unknown setting', { ...say('Hi'), settings: { temprature: 1 } }, 'settings.temprature'],
    ['a wrong setting', { ...say('Hi'), settings: { top_p: 3 } }, 'settings.top_p'],
    [
      'a strange attachment',
      { message: { text: 'Hi', data: { attachments: [{ type: 'film', name: 'a' }] } } },
      'message.data.attachments[0]',
    ],
    ['nothing to answer', {}, 'parentId'],
  ])('is refused for %s, and nothing is stored', async (_, body, param) => {
    const { status, body: answer } = await t.json('POST', `${base}/chats/${chat}/answers`, { model: 'test', ...body })
    expect([status, answer.error.param]).toEqual([400, param])
    expect((await ask('GET', `/chats/${chat}`, '/chats/:id')).messages).toEqual([])
    expect((await t.json('GET', `${base}/health`)).body.activeRequests).toBe(0)
  })

  it('is not begun below one that is still being written', async () => {
    const { answer } = await start(say('[[stall]]'))
    const refused = await t.json('POST', `${base}/chats/${chat}/answers`, { model: 'test', ...say('And?') })
    expect([refused.status, refused.body.error.details.messageId]).toEqual([409, answer.id])
    expect((await t.json('POST', `${base}/chats/none/answers`, { model: 'test', ...say('Hi') })).status).toBe(404)
  })

  it('counts as an active request, and ends when its message is deleted', async () => {
    const { question, answer } = await start(say('[[say a]][[repeat 2000 b]]'))
    expect((await t.json('GET', `${base}/health`)).body.activeRequests).toBe(1)
    await soon(async () => expect((await read(answer.id)).data.state).toBe('streaming'))
    await ask('DELETE', `/messages/${question.id}`, '/messages/:id')
    await soon(async () => expect((await t.json('GET', `${base}/health`)).body.activeRequests).toBe(0))
    expect(t.engine.aborted).toBe(1)
  })
})

describe('those who watch', () => {
  const watch = async (): Promise<EventReader> => {
    const reader = readEvents(await t.request('GET', `${base}/events`))
    await reader.next((e) => e.event === 'hello')
    return reader
  }
  /** As a page puts it together. */
  const textOf = (events: readonly SseEvent[], id: string): string => {
    let text = ''
    for (const { event, data } of events) {
      if (event === 'message' && data.message.id === id) text = data.message.text
      if (event !== 'answer' || data.messageId !== id || data.channel !== 'text') continue
      expect(data.offset).toBeLessThanOrEqual(text.length)
      text = text.slice(0, data.offset) + data.text
    }
    return text
  }

  it('see the same answer grow, piece by piece, and its whole at the end', async () => {
    const [one, two] = [await watch(), await watch()]
    const { question, answer } = await start(say('[[think Let me see.]][[repeat 80 ਪੰਜਾਬੀ🌊]]'))
    const isEnd = (e: SseEvent): boolean => e.event === 'message' && e.data.message.data?.state === 'done'
    await Promise.all([one.next(isEnd), two.next(isEnd)])
    const message = await read(answer.id)
    for (const { events } of [one, two]) {
      expect(
        events.filter((e) => e.event === 'message').map((e) => [e.data.message.id, e.data.message.data?.state]),
      ).toEqual([
        [question.id, undefined],
        [answer.id, 'waiting'],
        [answer.id, 'streaming'],
        [answer.id, 'done'],
      ])
      const beforeEnd = events.slice(0, events.findIndex(isEnd))
      const grown = textOf(beforeEnd, answer.id)
      expect(grown.length).toBeGreaterThan(0)
      expect(message.text.startsWith(grown)).toBe(true)
      expect(textOf(events, answer.id)).toBe(message.text)
      expect(events.filter((e) => e.event === 'answer').every((e) => e.data.chatId === chat)).toBe(true)
    }
    await Promise.all([one.close(), two.close()])
  })

  it('and come late, find in the message what they missed', async () => {
    const { answer } = await start(say('[[say Once upon]][[repeat 40 a]][[stall]]'))
    await soon(async () => expect((await read(answer.id)).text).toContain('upon'))
    const reader = await watch()
    const now: string = (await read(answer.id)).text
    await soon(async () => expect((await read(answer.id)).text.length).toBeGreaterThan(now.length + 20))
    const whole: string = (await read(answer.id)).text
    await soon(() => {
      let text = now
      for (const { event, data } of reader.events) {
        if (event !== 'answer') continue
        expect(data.offset).toBeLessThanOrEqual(text.length)
        text = data.offset + data.text.length > text.length ? text.slice(0, data.offset) + data.text : text
      }
      expect(text.length).toBeGreaterThanOrEqual(whole.length)
      expect(text.startsWith(whole)).toBe(true)
    })
    await reader.close()
  })

  it('and do not read for a while, get the rest in few pieces, and the same text', async () => {
    const response = await t.request('GET', `${base}/events`)
    const { answer } = await start(say('[[repeat 300 a]]'))
    const message = await ended(answer.id)
    const reader = readEvents(response)
    await reader.next((e) => e.event === 'message' && e.data.message.data?.state === 'done')
    expect(textOf(reader.events, answer.id)).toBe(message.text)
    expect(reader.events.length).toBeLessThan(12)
    await reader.close()
  })
})

describe('a server that stops', () => {
  it('lets an answer end in the time it has', async () => {
    await t.server.listen()
    const { answer } = await start(say('[[repeat 20 a]]'))
    await t.server.close(60_000)
    expect(t.sanjha.chats.message(answer.id).data?.['state']).toBe('done')
  })

  it('interrupts it when the time is up, and keeps what was said', async () => {
    await t.server.listen()
    const { answer } = await start(say('[[say Once upon a time]][[stall]]'))
    await soon(async () => expect((await read(answer.id)).text).toContain('time'))
    await t.server.close(20)
    expect(t.sanjha.chats.message(answer.id)).toMatchObject({
      text: 'Once upon a time',
      data: { state: 'interrupted' },
    })
    await soon(() => expect(t.engine.aborted).toBe(1))
  })
})
