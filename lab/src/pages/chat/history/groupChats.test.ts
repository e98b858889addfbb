import { expect, it } from 'vitest'
import { groupChats } from './groupChats.ts'
import type { ChatSummary } from './wire.ts'

const chat = (updated: Date, pinned = false): ChatSummary => ({
  id: updated.toISOString(),
  title: 'A chat',
  folder: null,
  model: null,
  pinned,
  data: null,
  messageCount: 2,
  activeMessageId: null,
  createdAt: updated.toISOString(),
  updatedAt: updated.toISOString(),
})

// Half past midnight: what was an hour ago was yesterday.
const now = new Date(2026, 10, 24, 0, 30)
const ago = (days: number, hours = 0): Date => new Date(2026, 10, 24 - days, -hours, 30)

it('groups by the days of the reader, not by hours that have passed', () => {
  const chats = [chat(ago(0)), chat(ago(0, 1)), chat(ago(1)), chat(ago(2)), chat(ago(7)), chat(ago(8)), chat(ago(400))]
  expect(groupChats(chats, now).map(({ group, chats: list }) => [group, list.length])).toEqual([
    ['today', 1],
    ['yesterday', 2],
    ['week', 2],
    ['older', 2],
  ])
})

it('puts pinned chats before all others, however old, and those from a clock ahead under today', () => {
  const chats = [chat(ago(90), true), chat(ago(-1)), chat(ago(0))]
  expect(groupChats(chats, now).map(({ group, chats: list }) => [group, list.length])).toEqual([
    ['pinned', 1],
    ['today', 2],
  ])
})
