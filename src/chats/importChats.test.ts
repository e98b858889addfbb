import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Database, openDatabase } from '../core/index.ts'
import type { Chats, JsonObject } from './contract.ts'
import { createChats } from './createChats.ts'
import { malformedKeys } from './keptData.ts'
import { importedCallResult } from './mendImport.ts'
import { chatsMigrations } from './migrations.ts'

let database: Database
let chats: Chats
beforeEach(() => {
  database = openDatabase(':memory:', chatsMigrations)
  chats = createChats({ database })
})
afterEach(() => database.close())

const at = new Date(1e12).toISOString()
const message = (id: string, parentId: string | null, data: unknown = null): object => ({
  ...{ id, parentId, role: 'assistant', text: 'x', reasoning: null, model: null, data },
  ...{ createdAt: at, updatedAt: at },
})
const file = (messages: readonly object[], more: object = {}): object => ({
  format: 'sanjha.chats',
  version: 1,
  exportedAt: at,
  chats: [{ id: 'c', title: 't', data: null, createdAt: at, updatedAt: at, messages, ...more }],
})
const call = { id: 'a', name: 'n', arguments: '{}', state: 'done' }

it.each<[string, unknown]>([
  ['toolCalls', {}],
  ['toolCalls', [null]],
  ['toolCalls', [{ arguments: {} }]],
  ['toolCalls', [{ ...call, result: {} }]],
  ['attachments', {}],
  ['attachments', [null]],
  ['attachments', [{ type: 'text', name: {}, text: '' }]],
  ['attachments', null],
  ['error', { message: {} }],
  ['state', 'king'],
  ['usage', { promptTokens: 'many' }],
  ['timings', []],
  ['settings', 'x'],
  ['system', {}],
  ['leftOut', [1]],
  ['finishReason', 1],
])('leaves out %s of another form, and says so: %j', (key, value) => {
  const { changes } = chats.import(file([message('a', null, { [key]: value, mine: [null] })]))
  expect(changes).toEqual([{ what: 'malformed', count: 1 }])
  expect(chats.message('a')).toMatchObject({ text: 'x', data: { mine: [null] } })
  expect(chats.message('a').data).not.toHaveProperty(key)
})

it('takes over what is right as it is', () => {
  const data: JsonObject = {
    state: 'failed',
    error: { code: 'a', message: 'b', status: 500, retryable: false, hint: 'c' },
    finishReason: 'stop',
    usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 2, reasoningTokens: 0 },
    timings: { loadMs: 0, firstTokenMs: null, totalMs: 5, tokensPerSecond: 1.5, promptTokensPerSecond: null },
    settings: { temperature: 1 },
    system: 's',
    leftOut: ['a'],
    toolCalls: [call, { ...call, id: 'b', state: 'failed', result: 'r' }],
    attachments: [
      { type: 'text', name: 'n', text: '' },
      { type: 'image', name: 'n', url: 'data:' },
    ],
  }
  expect(chats.import(file([message('a', null, data)])).changes).toEqual([])
  expect(chats.message('a').data).toEqual(data)
})

it('brings no choice of tools along, and no call that could be allowed', () => {
  const open = (state: string): object => ({ ...call, id: state, state })
  const data = { tools: ['t'], offered: ['t__n'], toolCalls: [open('requested'), open('running'), open('done')] }
  const chatData = { system: 's', tools: ['t'], allowedTools: ['t__n'] }
  const { changes } = chats.import(file([message('a', null, data)], { data: chatData }))
  expect(changes).toEqual([
    { what: 'tools', count: 4 },
    { what: 'open_call', count: 2 },
  ])
  expect(chats.summary('c').data).toEqual({ system: 's' })
  expect(chats.message('a').data).toEqual({
    toolCalls: [
      { ...open('requested'), state: 'refused', result: importedCallResult },
      { ...open('running'), state: 'refused', result: importedCallResult },
      open('done'),
    ],
  })
})

it('gives new ids for such that are none, and what refers to them still does', () => {
  const bad = '../<a>'
  const messages = [
    message(bad, null, { toolCalls: [{ ...call, id: ' ' }] }),
    message('x'.repeat(65), bad, { toolCallId: ' ', leftOut: [bad] }),
  ]
  const given = file(messages, { id: 'ਚ', activeMessageId: 'x'.repeat(65) })
  expect(chats.import(given)).toEqual({ added: 1, skipped: 0, changes: [{ what: 'id', count: 4 }] })
  const [chat] = chats.list().chats
  const [first, second] = chats.get(chat!.id).messages
  for (const id of [chat!.id, first!.id, second!.id]) expect(id).toMatch(/^[\w-]{1,64}$/)
  expect(second!.parentId).toBe(first!.id)
  expect(chat!.activeMessageId).toBe(second!.id)
  expect(second!.data?.['leftOut']).toEqual([first!.id])
  const [mended] = first!.data!['toolCalls'] as { id: string }[]
  expect(second!.data?.['toolCallId']).toBe(mended!.id)
  expect(mended!.id).toMatch(/^call_[0-9a-f]{32}$/)
  expect(chats.import(given)).toEqual({ added: 0, skipped: 1, changes: [] })
})

it('whatever the data is, what is kept of it can be read', () => {
  const keys = fc.constantFrom('state', 'toolCalls', 'attachments', 'error', 'leftOut', 'usage', '__proto__', 'x')
  let n = 0
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue({ maxDepth: 3 })), (data) => {
      n++
      chats.import(file([message(`m${n}`, null, data)], { id: `c${n}` }))
      expect(malformedKeys(chats.message(`m${n}`).data ?? {}, 'message')).toEqual([])
    }),
  )
})
