import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChatTree } from '../wire.ts'
import { activeBranch } from './activeBranch.ts'
import { buildChat } from './buildChat.ts'
import { exportChats } from './exportChats.ts'
import { ImportError, readImport } from './readImport.ts'
import { testChat } from './testChat.ts'

const now = new Date('2026-11-24T12:00:00Z')
const words = { roles: { user: '', assistant: '', system: '', tool: '' }, thinking: '', date: () => '' }

function problem(text: string): [string, number | undefined] {
  try {
    readImport(text, now)
  } catch (error) {
    if (error instanceof ImportError) return [error.problem, error.line]
    throw error
  }
  throw new Error('It was read.')
}

/** What the server asks of a chat. */
function expectWhole({ messages, activeMessageId }: ChatTree): void {
  const known = new Set<string>()
  for (const { id, parentId } of messages) {
    expect(known.has(id)).toBe(false)
    if (parentId !== null) expect(known.has(parentId)).toBe(true)
    known.add(id)
  }
  expect(known.has(activeMessageId ?? '')).toBe(true)
}

const texts = (chat: ChatTree | undefined): string[] => activeBranch(chat as ChatTree).map(({ text }) => text)

it('reads its own export back without loss', () => {
  const { text } = exportChats('json', [testChat()], words, now)
  expect(readImport(`\uFEFF${text}`, now)).toEqual({
    form: 'sanjha',
    chats: [testChat()],
    leftOut: { attachments: 0, chats: 0 },
  })
})

describe('OpenAI messages', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: 'data:' } },
      ],
    },
    { role: 'assistant', content: 'I see.' },
  ]

  it.each([
    ['messages', JSON.stringify(messages), 1],
    ['an object of them', JSON.stringify({ messages }), 1],
    ['several', JSON.stringify([{ messages }, { messages: messages.slice(1) }]), 2],
    ['JSON Lines', `${JSON.stringify({ messages })}\n\n${JSON.stringify({ messages: messages.slice(1) })}\n`, 2],
    ['one line', `${JSON.stringify({ messages })}\n`, 1],
  ])('are read from %s', (_what, text, count) => {
    const { form, chats, leftOut } = readImport(text, now)
    expect([form, chats.length, leftOut.attachments]).toEqual(['openai', count, count])
    expect(texts(chats[0])).toEqual(['Be brief.', 'Look', 'I see.'])
    expect(chats[0]?.title).toBe('Look')
    for (const chat of chats) expectWhole(chat)
  })

  it('have the same ids when they are read again, later', () => {
    const text = JSON.stringify(messages)
    const ids = [now, new Date(0)].map((time) => readImport(text, time).chats[0]?.messages.map(({ id }) => id))
    expect(ids[0]).toEqual(ids[1])
    expect(new Set(ids[0]).size).toBe(3)
  })

  it('come back from an export as they were', () => {
    const { text } = exportChats('openai', [testChat(), testChat()], words, now)
    expect(texts(readImport(text, now).chats[1])).toEqual(['When is the meeting?', 'On Tuesday.', 'Thank you.'])
  })
})

it('reads an export from ChatGPT: branches, hidden messages, parts that are no text', () => {
  const node = (id: string, parent: string | null, role?: string, parts?: unknown[], more: object = {}): object => ({
    id,
    parent,
    message:
      role === undefined
        ? null
        : { author: { role }, content: { content_type: 'text', parts }, create_time: 1_700_000_000, ...more },
  })
  const conversation = {
    title: 'Tea',
    create_time: 1_700_000_000.5,
    update_time: 1_700_000_100,
    conversation_id: 'c-1',
    current_node: 'a2',
    mapping: {
      root: node('root', null),
      hidden: node('hidden', 'root', 'system', ['secret'], {
        metadata: { is_visually_hidden_from_conversation: true },
      }),
      q: node('q', 'hidden', 'user', ['How long?', { asset_pointer: 'file://x' }]),
      a1: node('a1', 'q', 'assistant', ['Two minutes.'], { metadata: { model_slug: 'gpt-4o' } }),
      a2: node('a2', 'q', 'assistant', ['Three minutes.']),
    },
  }
  const { form, chats, leftOut } = readImport(JSON.stringify([conversation, { title: 'empty', mapping: {} }]), now)
  expect([form, leftOut]).toEqual(['chatgpt', { attachments: 1, chats: 1 }])
  const [chat] = chats
  expect(texts(chat)).toEqual(['How long?', 'Three minutes.'])
  expect(chat?.messages.map(({ model }) => model)).toEqual([null, 'gpt-4o', null])
  expect([chat?.title, chat?.createdAt]).toEqual(['Tea', '2023-11-14T22:13:20.500Z'])
})

it('reads an export from Open WebUI: branches, thoughts, pins', () => {
  const entry = {
    id: 'w-1',
    title: 'Bread',
    pinned: true,
    created_at: 1_700_000_000,
    chat: {
      history: {
        currentId: 'b',
        messages: {
          a: { id: 'a', parentId: null, role: 'user', content: 'Yeast?', timestamp: 1_700_000_000, files: [{}] },
          b: {
            id: 'b',
            parentId: 'a',
            role: 'assistant',
            model: 'smollm2',
            content: '<details type="reasoning" done="true">\n<summary>Thought</summary>\n> Hm.\n</details>\nYes.',
          },
        },
      },
    },
  }
  const { form, chats, leftOut } = readImport(JSON.stringify([entry]), now)
  expect([form, leftOut]).toEqual(['openwebui', { attachments: 1, chats: 0 }])
  expect(texts(chats[0])).toEqual(['Yeast?', 'Yes.'])
  expect([chats[0]?.messages[1]?.reasoning, chats[0]?.pinned]).toEqual(['Hm.', true])
})

describe('anything else is refused with its reason', () => {
  it.each([
    ['', 'empty', undefined],
    ['PK\u0003\u0004…', 'zip', undefined],
    ['GGUF\0\0', 'notText', undefined],
    ['# Notes', 'notJson', undefined],
    ['{"messages":[{"role":"user","content":"a"}]}\n{"mess', 'notJson', 2],
    ['{"a":1}', 'unknown', undefined],
    ['[]', 'unknown', undefined],
    ['[{"mapping":{}}]', 'nothing', undefined],
    ['{"format":"sanjha.chats","version":1,"chats":[]}', 'nothing', undefined],
  ])('%j', (text, reason, line) => {
    expect(problem(text)).toEqual([reason, line])
  })

  it('and nothing that is JSON breaks it', () => {
    const bait = fc.constantFrom(
      'messages',
      'mapping',
      'chat',
      'history',
      'role',
      'content',
      'format',
      'parent',
      'message',
      'id',
    )
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom<unknown>('user', 'a', null, 1e300, true),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(bait, tie('tree'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        try {
          const { form, chats } = readImport(JSON.stringify(value), now)
          if (form !== 'sanjha') for (const chat of chats) expectWhole(chat)
        } catch (error) {
          if (!(error instanceof ImportError)) throw error
        }
      }),
    )
  })
})

it('makes a whole chat of any nodes: parents that are missing, in another order, in a ring', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const node = fc.record({ id, parentId: fc.option(id), text: fc.string() })
  fc.assert(
    fc.property(fc.array(node, { minLength: 1, maxLength: 8 }), (nodes) => {
      const messages = nodes.map((each) => ({ ...each, role: 'user' as const }))
      const chat = buildChat('seed', { title: '', createdAt: now, active: 'a' }, messages)
      expectWhole(chat as ChatTree)
      expect(chat?.messages).toHaveLength(new Set(nodes.map((each) => each.id)).size)
    }),
  )
})
