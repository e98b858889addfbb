import type { ChatMessage, ChatTree } from '../wire.ts'

export function testMessage(id: string, parentId: string | null, changes: Partial<ChatMessage> = {}): ChatMessage {
  const at = '2026-11-24T09:00:00.000Z'
  const plain = { role: 'user', text: `Text of ${id}`, reasoning: null, model: null, data: null } as const
  return { id, chatId: 'chat_1', parentId, ...plain, createdAt: at, updatedAt: at, ...changes }
}

/** A question with two answers, of which the second is shown, and another question. */
export function testChat(changes: Partial<ChatTree> = {}): ChatTree {
  const messages = [
    testMessage('q', null, { text: 'When is the meeting?' }),
    testMessage('a1', 'q', { role: 'assistant', text: 'On Monday.', model: 'small' }),
    testMessage('a2', 'q', { role: 'assistant', text: 'On Tuesday.', model: 'large', reasoning: 'It says so.' }),
    testMessage('q2', 'a2', { text: 'Thank you.' }),
  ]
  return {
    id: 'chat_1',
    title: 'The meeting',
    folder: 'Work',
    model: 'large',
    pinned: true,
    data: null,
    messageCount: messages.length,
    activeMessageId: 'q2',
    createdAt: '2026-11-24T09:00:00.000Z',
    updatedAt: '2026-11-24T09:00:00.000Z',
    messages,
    ...changes,
  }
}
