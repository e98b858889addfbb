import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exportChats, fileName } from './exportChats.ts'
import type { MarkdownWords } from './exportMarkdown.ts'
import { messagesOf } from './exportOpenAi.ts'
import { testChat, testMessage } from './testChat.ts'

const words: MarkdownWords = {
  roles: { user: 'You', assistant: 'Model', system: 'System', tool: 'Tool' },
  thinking: 'Thinking',
  date: () => '24 November 2026',
}
const now = new Date(2026, 10, 24, 12)

describe('Markdown', () => {
  it('has the branch that is shown, with models and thoughts', () => {
    expect(exportChats('markdown', [testChat()], words, now)).toEqual({
      name: 'The-meeting.md',
      type: 'text/markdown',
      text: [
        '# The meeting',
        '*24 November 2026*',
        '## You',
        'When is the meeting?',
        '## large',
        '> **Thinking**\n> \n> It says so.',
        'On Tuesday.',
        '## You',
        'Thank you.\n',
      ].join('\n\n'),
    })
  })

  it('closes code that an answer left open, so that the next message is not part of it', () => {
    const open = testChat({
      messages: [testMessage('q', null, { text: 'Look:\n```ts\nconst a = 1' }), testMessage('r', 'q', { text: 'Yes' })],
      activeMessageId: 'r',
    })
    expect(exportChats('markdown', [open], words, now).text).toContain('const a = 1\n```\n\n## You\n\nYes')
    const closed = testChat({ messages: [testMessage('q', null, { text: '````\n```\n````' })], activeMessageId: 'q' })
    expect(exportChats('markdown', [closed], words, now).text).toMatch(/\n````\n```\n````\n$/)
  })
})

it('says what was handed in with a question', () => {
  const attachments = [
    { type: 'text', name: 'notes.md', text: '```\na\n```\n' },
    { type: 'image', name: 'a.png', url: 'data:image/png;base64,AA' },
  ]
  const chat = testChat({
    messages: [testMessage('q', null, { text: 'Look', data: { attachments } })],
    activeMessageId: 'q',
  })
  const { text } = exportChats('markdown', [chat], words, now)
  expect(text).toContain('Look\n\n*notes.md*\n\n````\n```\na\n```\n````\n\n*a.png*')
  expect(messagesOf(chat)).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'text', text: 'notes.md\n\n```\na\n```\n' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
      ],
    },
  ])
})

it('quotes a file with more fences than an argument list may be long', () => {
  const attachments = [{ type: 'text', name: 'a.md', text: `${'` '.repeat(300_000)}\`\`\`\`` }]
  const chat = testChat({ messages: [testMessage('q', null, { data: { attachments } })], activeMessageId: 'q' })
  expect(exportChats('markdown', [chat], words, now).text).toContain('*a.md*\n\n`````\n')
})

describe('OpenAI messages', () => {
  it('has the last system prompt and tool calls with their results', () => {
    const chat = testChat({
      messages: [
        testMessage('q', null, { text: 'Weather?' }),
        testMessage('a', 'q', {
          role: 'assistant',
          text: 'Warm.',
          data: {
            system: 'Be brief.',
            toolCalls: [{ id: 'c1', name: 'weather', arguments: { at: 'Lahore' }, result: '31 °C' }],
          },
        }),
      ],
      activeMessageId: 'a',
    })
    expect(messagesOf(chat)).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"at":"Lahore"}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '31 °C' },
      { role: 'assistant', content: 'Warm.' },
    ])
  })

  it('is one object for one chat and a line each for several', () => {
    const one = exportChats('openai', [testChat()], words, now)
    expect(one.name).toBe('The-meeting.openai.json')
    expect(JSON.parse(one.text).messages).toHaveLength(3)
    const two = exportChats('openai', [testChat(), testChat()], words, now)
    expect(two.name).toBe('sanjha-chats-2026-11-24.openai.jsonl')
    expect(
      two.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).messages.length),
    ).toEqual([3, 3])
  })
})

it('JSON has all branches', () => {
  const { text } = exportChats('json', [testChat()], words, now)
  expect(JSON.parse(text)).toEqual({
    format: 'sanjha.chats',
    version: 1,
    exportedAt: now.toISOString(),
    chats: [testChat()],
  })
})

it('names files in any script, and never with what a file system forbids', () => {
  expect(fileName([{ title: 'ਮੀਟਿੰਗ ਕਦੋਂ ਹੈ?' }], now)).toBe('ਮੀਟਿੰਗ-ਕਦੋਂ-ਹੈ')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (title) => {
      const name = fileName([{ title }], now)
      expect(name).not.toBe('')
      expect(name).not.toMatch(/[\0-\x1f/\\:*?"<>|.\s]/)
    }),
  )
})
