import { expect, it } from 'vitest'
import { LabError } from '../../api/LabError.ts'
import { Conversation, type ConversationApi } from './Conversation.ts'
import type { AnswerState, ChatMessage, ChatSummary, PathPage } from './wire.ts'

const message = (id: string, parentId: string | null, text: string, state?: AnswerState): ChatMessage => ({
  ...{ id, parentId, text, chatId: 'c', role: state === undefined ? 'user' : 'assistant', reasoning: null },
  ...{ model: 'test', data: state === undefined ? null : { state }, createdAt: '2026-01-01T00:00:00Z' },
})
const page = (...messages: ChatMessage[]): PathPage => ({ messages, siblings: {}, before: null })
const chat: ChatSummary = { id: 'c', title: 'C', model: null, data: null, activeMessageId: null }

/** A server whose answers are given by hand. */
class TestApi implements ConversationApi {
  readonly paths: PromiseWithResolvers<PathPage>[] = []
  readonly asked: string[] = []
  active: string | null = null
  path(): Promise<PathPage> {
    this.paths.push(Promise.withResolvers())
    return (this.paths.at(-1) as PromiseWithResolvers<PathPage>).promise
  }
  async message(id: string): Promise<ChatMessage> {
    this.asked.push(id)
    return message(id, 'q', 'all of it', 'done')
  }
  async get(): Promise<ChatSummary> {
    return { ...chat, activeMessageId: this.active }
  }
}

const texts = (conversation: Conversation) => conversation.get().messages.map(({ text }) => text)

it('an answer that ends while its chat is fetched is not shown as one that goes on', async () => {
  const api = new TestApi()
  const conversation = new Conversation('c', undefined, api)
  const heard: string[] = []
  conversation.onEnded = ({ text }) => heard.push(text)
  Conversation.await(message('a', 'q', '', 'waiting'))
  const loading = conversation.load()
  conversation.changed(message('a', 'q', 'all', 'done'))
  api.paths[0]?.resolve(page(message('q', null, 'Q'), message('a', 'q', 'a', 'streaming')))
  await loading
  expect(texts(conversation)).toEqual(['Q', 'all'])
  expect(conversation.get().messages[1]?.data?.state).toBe('done')
  expect(heard).toEqual(['all'])
})

it('what was told before the request was answered is not undone by its answer', async () => {
  const api = new TestApi()
  const conversation = new Conversation('c', undefined, api)
  const loading = conversation.load()
  api.paths[0]?.resolve(page(message('q', null, 'Q')))
  await loading
  conversation.changed(message('a', 'q', 'all of it', 'done'))
  conversation.changed(message('a', 'q', '', 'waiting'))
  expect(texts(conversation)).toEqual(['Q', 'all of it'])
  expect(conversation.get().messages[1]?.data?.state).toBe('done')
})

it('a new message joins what is shown; one from another branch has it fetched', async () => {
  const api = new TestApi()
  const conversation = new Conversation('c', undefined, api)
  const loading = conversation.load()
  api.paths[0]?.resolve(page(message('q', null, 'Q')))
  await loading
  conversation.changed(message('a', 'q', '', 'waiting'))
  conversation.told({ chatId: 'c', messageId: 'a', channel: 'text', offset: 0, text: 'wor' })
  conversation.told({ chatId: 'other', messageId: 'a', channel: 'text', offset: 3, text: 'x' })
  conversation.told({ chatId: 'c', messageId: 'a', channel: 'text', offset: 3, text: 'd' })
  expect(texts(conversation)).toEqual(['Q', ''])
  expect(conversation.feed.get('a', 'text')).toBe('word')
  conversation.changed(message('a', 'q', 'word', 'done'))
  expect(texts(conversation)).toEqual(['Q', 'word'])
  expect(api.paths.length).toBe(1)
  conversation.changed(message('b', 'q', '', 'waiting'))
  expect(api.paths.length).toBe(2)
  conversation.changed({ ...message('z', 'q', '', 'waiting'), chatId: 'other' })
  expect(api.paths.length).toBe(2)
})

it('what comes late changes nothing, and what fails takes nothing away', async () => {
  const api = new TestApi()
  const conversation = new Conversation('c', undefined, api)
  const first = conversation.load()
  const second = conversation.load()
  api.paths[1]?.resolve(page(message('q', null, 'new')))
  await second
  api.paths[0]?.resolve(page(message('q', null, 'old')))
  await first
  expect(texts(conversation)).toEqual(['new'])
  const third = conversation.load()
  api.paths[2]?.reject(new LabError({ code: 'unreachable', message: 'gone', status: 0, retryable: true }))
  await third
  expect(texts(conversation)).toEqual(['new'])
  expect(conversation.get().status).toBe('ready')
  const empty = new Conversation('c', undefined, api)
  const fourth = empty.load()
  api.paths[3]?.reject(new LabError({ code: 'not_found', message: 'no', status: 404, retryable: false }))
  await fourth
  expect(empty.get()).toMatchObject({ status: 'failed', error: { facts: { code: 'not_found' } } })
})

it('when the chat shows another branch, that is fetched; when it is the same, nothing is', async () => {
  const api = new TestApi()
  const conversation = new Conversation('c', undefined, api)
  const loading = conversation.load()
  api.paths[0]?.resolve(page(message('q', null, 'Q')))
  await loading
  api.active = 'q'
  await conversation.chatChanged()
  expect(api.paths.length).toBe(1)
  api.active = 'other'
  const changing = conversation.chatChanged()
  await expect.poll(() => api.paths.length).toBe(2)
  api.paths[1]?.resolve(page(message('other', null, 'Other')))
  await changing
  expect(texts(conversation)).toEqual(['Other'])
})

it('asks for what was told without its large parts, and shows what cannot be read as text', async () => {
  const api = new TestApi()
  const conversation = new Conversation('c', undefined, api)
  const loaded = conversation.load()
  const broken = { ...message('q', null, 'Look'), data: { attachments: [null] } } as unknown as ChatMessage
  api.paths[0]?.resolve(page(broken, message('a', 'q', '', 'waiting')))
  await loaded
  expect(conversation.get().messages[0]).toMatchObject({ text: 'Look', data: { unreadable: ['attachments'] } })
  await conversation.changedInPart(message('a', 'q', 'all', 'done'))
  expect([api.asked, texts(conversation)]).toEqual([['a'], ['Look', 'all of it']])
})
