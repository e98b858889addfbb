import { afterAll, beforeAll, expect, it } from 'vitest'
import { soon } from '../../src/core/testing/soon.ts'
import { type EventReader, readEvents } from '../../src/server/testing/readEvents.ts'
import { type RealServer, realServer } from '../support/realServer.ts'
import type { Json } from '../support/serving.ts'

let real: RealServer
let chat: string
beforeAll(async () => {
  real = await realServer()
  chat = (await real.server.post('/sanjha/v1/chats', {})).body.id
})
afterAll(() => real?.[Symbol.asyncDispose]())

const story = 'Tell a long story about a fox and a hen.'
const settings = { temperature: 0, seed: 1, max_tokens: 120, ignore_eos: true }
const read = async (id: string): Promise<Json> => (await real.server.get(`/sanjha/v1/messages/${id}`)).body
async function start(body: object): Promise<{ question: Json; answer: Json }> {
  const answer = await real.server.post(`/sanjha/v1/chats/${chat}/answers`, { model: real.model, settings, ...body })
  expect(answer.status).toBe(202)
  return answer.body
}
const ended = (id: string): Promise<Json> =>
  soon(async () => {
    const message = await read(id)
    expect(['waiting', 'streaming']).not.toContain(message.data.state)
    return message
  }, 120_000)

/** A page: what it read first, and what it was told since. */
class Page {
  text = ''
  readonly #id: string
  readonly #reader: EventReader

  private constructor(reader: EventReader, id: string) {
    this.#reader = reader
    this.#id = id
  }

  static async open(id: string): Promise<Page> {
    const reader = readEvents(await fetch(`${real.url}/sanjha/v1/events`))
    await reader.next((e) => e.event === 'hello')
    const page = new Page(reader, id)
    page.text = (await read(id)).text
    return page
  }

  /** Closes it once it has heard of the end; gives its text without that last whole. */
  async last(): Promise<string> {
    const isEnd = (e: { event: string | undefined; data: Json }): boolean =>
      e.event === 'message' && e.data.message.id === this.#id && e.data.message.data.state === 'done'
    const end = await this.#reader.next(isEnd)
    for (const { event, data } of this.#reader.events) {
      if (event !== 'answer' || data.messageId !== this.#id || data.channel !== 'text') continue
      expect(data.offset).toBeLessThanOrEqual(this.text.length)
      this.text += data.text.slice(this.text.length - data.offset)
    }
    expect(end.data.message.text.startsWith(this.text)).toBe(true)
    this.text = end.data.message.text
    await this.#reader.close()
    return this.text
  }
}

it('an answer of the real model is the same for whoever watches, also for a page that is loaded again in the middle', async () => {
  const { answer } = await start({ message: { text: story } })
  const first = await Page.open(answer.id)
  await soon(async () => expect((await read(answer.id)).text.length).toBeGreaterThan(40))
  const second = await Page.open(answer.id)
  expect(second.text.length).toBeGreaterThan(40)
  const texts = await Promise.all([first.last(), second.last()])
  const message = await ended(answer.id)
  expect(texts).toEqual([message.text, message.text])
  expect(message.data).toMatchObject({
    state: 'done',
    finishReason: 'length',
    usage: { completionTokens: 120 },
    timings: { loadMs: 0, tokensPerSecond: expect.any(Number), promptTokensPerSecond: expect.any(Number) },
    settings,
  })
  // And the same as over OpenAI's API, whose parameters these are.
  const { body } = await real.server.post('/v1/chat/completions', {
    ...settings,
    model: real.model,
    messages: [{ role: 'user', content: story }],
  })
  expect(message.text).toBe(body.choices[0].message.content)
})

it('stops within a few tokens, and the engine is free again', async () => {
  const { answer } = await start({
    message: { text: story },
    settings: { ...settings, max_tokens: 1500 },
    parentId: null,
  })
  await soon(async () => expect((await read(answer.id)).text).not.toBe(''))
  const { body } = await real.server.post(`/sanjha/v1/answers/${answer.id}/stop`, {})
  expect(body).toEqual({ stopped: true })
  const message = await read(answer.id)
  expect(message.data.state).toBe('stopped')
  await soon(async () => expect((await real.server.loaded()).map((m) => m.status?.active)).toEqual([0]))
  expect((await read(answer.id)).text).toBe(message.text)
})

it('measures a chat as the model counts it', async () => {
  const draft = 'And what did the hen say?'
  const path = (await real.server.get(`/sanjha/v1/chats/${chat}/path`)).body
  const { body } = await real.server.post(`/sanjha/v1/chats/${chat}/context`, { model: real.model, draft })
  const messages = path.messages.map((m: Json) => ({ role: m.role, content: m.text }))
  const counted = await real.server.post('/tokenize', {
    model: real.model,
    messages: [...messages, { role: 'user', content: draft }],
  })
  expect(body).toEqual({
    tokens: counted.body.count,
    limit: counted.body.max_model_len,
    reserved: 512,
    leftOut: [],
    measured: true,
  })
})
