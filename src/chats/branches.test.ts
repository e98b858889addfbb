import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Database, openDatabase } from '../core/index.ts'
import type { Chats } from './contract.ts'
import { createChats } from './createChats.ts'
import { chatsMigrations } from './migrations.ts'

let database: Database
let chats: Chats
beforeEach(() => {
  database = openDatabase(':memory:', chatsMigrations)
  chats = createChats({ database })
})
afterEach(() => database.close())

const add = (chatId: string, parentId?: string | null): string =>
  chats.append(chatId, { role: 'user', text: 'x' }, parentId === undefined ? {} : { parentId }).id

it('pages put together are the branch, whatever the tree and their size', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (picks, limit) => {
      const { id } = chats.create()
      const ids: string[] = []
      for (const pick of picks) ids.push(add(id, [null, ...ids][pick % (ids.length + 1)]!))
      const leaf = ids[picks[0]! % ids.length]!
      const pieces: string[][] = []
      let before: string | null | undefined
      do {
        const page = chats.pathPage(id, { leaf, limit, ...(before != null && { before }) })
        expect(page.messages.length).toBeLessThanOrEqual(limit)
        pieces.unshift(page.messages.map((m) => m.id))
        before = page.before
      } while (before !== null)
      expect(pieces.flat()).toEqual(chats.path(id, leaf).map((m) => m.id))
    }),
    { numRuns: 50 },
  )
})

it('each message knows its siblings in the order of their making, also those that begin the chat', () => {
  const [{ id }, other] = [chats.create(), chats.create()]
  add(other.id)
  const [a, b] = [add(id), add(id, null)]
  const [c, d, e] = [add(id, b), add(id, b), add(id, b)]
  chats.select(id, d)
  expect(chats.pathPage(id)).toMatchObject({ siblings: { [b]: [a, b], [d]: [c, d, e] }, before: null })
  expect(chats.pathPage(id, { limit: 1 })).toMatchObject({
    messages: [{ id: d }],
    siblings: { [d]: [c, d, e] },
    before: d,
  })
  expect(chats.pathPage(id, { limit: 1, before: d })).toMatchObject({ messages: [{ id: b }], before: null })
  expect(chats.pathPage(id, { before: b })).toEqual({ messages: [], siblings: {}, before: null })
  const empty = chats.create()
  expect(chats.pathPage(empty.id)).toEqual({ messages: [], siblings: {}, before: null })
  expect(() => chats.pathPage(id, { before: 'msg_none' })).toThrow(expect.objectContaining({ code: 'not_found' }))
})
