import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StoredChatMessage } from '../../chats/index.ts'
import { slimMessage } from './slimMessage.ts'

const of = (data: object | null): StoredChatMessage => ({ id: 'a', text: 'x', data }) as unknown as StoredChatMessage

it('leaves a picture out, says so, and keeps the rest', () => {
  const attachments = [{ type: 'image', name: 'a', url: 'A'.repeat(8 << 20) }]
  expect(slimMessage(of({ attachments, state: 'done' }))).toEqual({
    message: of({ state: 'done' }),
    without: ['attachments'],
  })
})

it('tells what is small whole', () => {
  for (const message of [of(null), of({}), of({ attachments: [{ type: 'text', name: 'a', text: 'b' }] })]) {
    expect(slimMessage(message)).toEqual({ message })
  }
})

it('is never large, and nothing goes unsaid', () => {
  const value = fc.integer({ min: 0, max: 40_000 }).map((n) => 'x'.repeat(n))
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value, { maxKeys: 8 }), (data) => {
      const { message, without = [] } = slimMessage(of(data))
      expect(JSON.stringify(message.data).length).toBeLessThan(70_000)
      expect([...Object.keys(message.data ?? {}), ...without].sort()).toEqual(Object.keys(data).sort())
    }),
  )
})
