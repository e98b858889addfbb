import { expect, it } from 'vitest'
import { openDatabase } from '../core/index.ts'
import type { ChatChange } from './contract.ts'
import { createChats } from './createChats.ts'
import { chatsMigrations } from './migrations.ts'
import { tellChanges } from './tellChanges.ts'

it('tells of each change once it is made, of nothing that only looks, and not of what failed', () => {
  const database = openDatabase(':memory:', chatsMigrations)
  const told: ChatChange[] = []
  const chats = tellChanges(createChats({ database }), (change) => told.push(change))
  const news = (work: () => unknown): ChatChange[] => {
    told.length = 0
    work()
    return [...told]
  }
  let chatId = ''
  let messageId = ''
  expect(
    news(() => {
      chatId = chats.create().id
    }),
  ).toEqual([{ chatId, change: 'created' }])
  const changed = [{ chatId, change: 'changed' }]
  expect(
    news(() => {
      messageId = chats.append(chatId, { role: 'user', text: 'a' }).id
    }),
  ).toEqual(changed)
  expect(news(() => chats.updateMessage(messageId, { text: 'b' }))).toEqual(changed)
  expect(news(() => chats.select(chatId, messageId))).toEqual(changed)
  expect(news(() => chats.update(chatId, { pinned: true }))).toEqual(changed)
  expect(news(() => chats.saveProgress(messageId, { text: 'c', reasoning: null }))).toEqual([])
  expect(news(() => [chats.get(chatId), chats.list(), chats.pathPage(chatId), chats.search('c')])).toEqual([])
  const exported = chats.export()
  expect(news(() => chats.deleteMessage(messageId))).toEqual(changed)
  expect(news(() => chats.delete(chatId))).toEqual([{ chatId, change: 'deleted' }])
  expect(news(() => chats.import(exported))).toEqual([{ chatId: null, change: 'changed' }])
  expect(news(() => chats.import(exported))).toEqual([])
  expect(news(() => expect(() => chats.delete('chat_none')).toThrow())).toEqual([])
  database.close()
})
