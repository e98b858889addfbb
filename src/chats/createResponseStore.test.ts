import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Database, openDatabase } from '../core/index.ts'
import type { NewStoredResponse, ResponseStore } from './contract.ts'
import { createResponseStore } from './createResponseStore.ts'
import { chatsMigrations } from './migrations.ts'

let database: Database
let store: ResponseStore
let now = 0
beforeEach(() => {
  now = 1e12
  database = openDatabase(':memory:', chatsMigrations)
  const clock = { now: () => now, monotonic: () => now, sleep: async () => undefined }
  store = createResponseStore({ database, clock, lifetimeMs: 1000 })
})
afterEach(() => database.close())

const turn = (n: number, previous: number | null = n === 1 ? null : n - 1): NewStoredResponse => ({
  id: `resp_${n}`,
  request: { model: 'm', store: true },
  response: { id: `resp_${n}`, object: 'response' },
  inputItems: [{ id: `in_${n}a` }, { id: `in_${n}b` }],
  outputItems: [{ id: `out_${n}` }],
  previousResponseId: previous === null ? null : `resp_${previous}`,
})
const ids = (items: readonly { readonly [key: string]: unknown }[]): unknown[] => items.map((i) => i.id)

it('gives back what was put in', () => {
  const stored = store.put(turn(1))
  expect(stored).toMatchObject(turn(1))
  expect(Date.parse(stored.expiresAt) - Date.parse(stored.createdAt)).toBe(1000)
  expect(store.get('resp_1')).toEqual(stored)
  expect(store.get('resp_x')).toBeUndefined()
})

it('puts conversations together, also when they branch', () => {
  for (const n of [1, 2, 3]) store.put(turn(n))
  store.put(turn(4, 1))
  expect(ids(store.conversation('resp_3'))).toEqual([
    ...['in_1a', 'in_1b', 'out_1'],
    ...['in_2a', 'in_2b', 'out_2'],
    ...['in_3a', 'in_3b', 'out_3'],
  ])
  expect(ids(store.conversation('resp_4'))).toEqual(['in_1a', 'in_1b', 'out_1', 'in_4a', 'in_4b', 'out_4'])
  expect(() => store.conversation('resp_x')).toThrow(/no stored response resp_x/)
})

it('lists the items that led to an answer, in pages, both ways', () => {
  for (const n of [1, 2]) store.put(turn(n))
  expect(ids(store.inputItems('resp_2').items)).toEqual(['in_2b', 'in_2a', 'out_1', 'in_1b', 'in_1a'])
  const first = store.inputItems('resp_2', { order: 'asc', limit: 2 })
  expect([ids(first.items), first.hasMore]).toEqual([['in_1a', 'in_1b'], true])
  const rest = store.inputItems('resp_2', { order: 'asc', limit: 3, after: 'in_1b' })
  expect([ids(rest.items), rest.hasMore]).toEqual([['out_1', 'in_2a', 'in_2b'], false])
  expect(() => store.inputItems('resp_2', { after: 'in_9' })).toThrow(/no input item in_9/)
})

it('cannot continue what was deleted, and says so', () => {
  for (const n of [1, 2, 3]) store.put(turn(n))
  expect(store.delete('resp_2')).toBe(true)
  expect(store.delete('resp_2')).toBe(false)
  expect(store.get('resp_3')).toBeDefined()
  expect(() => store.conversation('resp_3')).toThrow(/resp_2, an earlier turn of it, was deleted or has expired/)
  expect(() => store.put(turn(4))).toThrow(/earlier turn/)
  expect(() => store.put(turn(9, 8))).toThrow(/no stored response resp_8/)
  expect(store.get('resp_9')).toBeUndefined()
})

it('cannot go in circles', () => {
  for (const n of [1, 2]) store.put(turn(n))
  expect(() => store.put(turn(1, 2))).toThrow(/cannot continue itself/)
  expect(() => store.put({ ...turn(5), previousResponseId: 'resp_5' })).toThrow()
})

it('forgets what has expired, but no earlier turn of what has not', () => {
  store.put(turn(1))
  store.put({ ...turn(7), previousResponseId: null })
  now += 900
  store.put(turn(2))
  now += 500 // 1 and 7 would be gone by now; 1 lives as long as 2
  expect(ids(store.conversation('resp_2'))).toHaveLength(6)
  expect(store.get('resp_7')).toBeUndefined()
  expect(store.prune()).toBe(1)
  now += 1000
  expect(store.get('resp_2')).toBeUndefined()
  expect(store.prune()).toBe(2)
  expect(store.prune()).toBe(0)
})
