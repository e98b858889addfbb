import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readMessage } from './readMessage.ts'
import type { ChatMessage } from './wire.ts'

const of = (data: unknown): ChatMessage => ({ id: 'a', text: 'x', data }) as unknown as ChatMessage

it.each([
  ['toolCalls', {}],
  ['toolCalls', [null]],
  ['toolCalls', [{ arguments: {} }]],
  ['toolCalls', [{ id: 'a', name: 'n', arguments: '{}', state: 'done', result: {} }]],
  ['attachments', {}],
  ['attachments', [null]],
  ['attachments', [{ type: 'text', name: {}, text: '' }]],
  ['error', { message: {} }],
])('leaves out %s of another form and says so: %j', (key, value) => {
  expect(readMessage(of({ [key]: value, state: 'done' }))).toEqual(of({ state: 'done', unreadable: [key] }))
})

it('takes whatever comes, and what is right as it is', () => {
  const right = of({
    state: 'done',
    usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 2 },
    attachments: [{ type: 'image', name: 'n', url: 'data:' }],
    mine: null,
  })
  expect(readMessage(right)).toBe(right)
  expect(readMessage(of(null))).toEqual(of(null))
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => void readMessage(of(data))))
})
