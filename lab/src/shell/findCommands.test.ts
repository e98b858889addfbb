import { expect, it } from 'vitest'
import type { Command } from './commands.ts'
import { findCommands } from './findCommands.ts'

const command = (title: string, more: Partial<Command> = {}): Command => ({
  id: title,
  title,
  group: 'Pages',
  run: () => undefined,
  ...more,
})
const all = [
  command('Chat'),
  command('Models'),
  command('New chat', { group: 'Chats' }),
  command('qwen2.5-coder:7b', { group: 'Model' }),
  command('Épreuve'),
  command('ਗੱਲਬਾਤ', { keywords: 'chat' }),
  command('Esc stops', { run: undefined as never }),
]
const found = (query: string): string[] => findCommands(all, query).map(({ title }) => title)

it.each([
  ['', ['Chat', 'Models', 'New chat', 'qwen2.5-coder:7b', 'Épreuve', 'ਗੱਲਬਾਤ']],
  ['chat', ['Chat', 'New chat', 'ਗੱਲਬਾਤ']],
  ['CHAT new', ['New chat']],
  ['coder', ['qwen2.5-coder:7b']],
  ['7b qwen', ['qwen2.5-coder:7b']],
  ['model', ['Models', 'qwen2.5-coder:7b']],
  ['epr', ['Épreuve']],
  ['ਗੱਲ', ['ਗੱਲਬਾਤ']],
  ['esc', []],
  ['nothing of the kind', []],
])('“%s” finds %j', (query, titles) => {
  expect(found(query)).toEqual(titles)
})
