import { expect, it } from 'vitest'
import { resolveReference, schemaProblem } from './schemaProblem.ts'

it.each([
  [true],
  [{}],
  [{ type: ['string', 'null'] }],
  [{ $defs: { 'a/b': { type: 'string' } }, $ref: '#/$defs/a~1b' }],
  [{ type: 'array', items: [{ type: 'string' }] }],
])('%j is a schema', (schema) => {
  expect(schemaProblem(schema)).toBeUndefined()
})

it.each([
  [[], { at: '', why: 'notSchema' }],
  [null, { at: '', why: 'notSchema' }],
  [{ type: 'text' }, { at: '', why: 'type', keyword: 'type' }],
  [{ properties: { 'a/b': { enum: [] } } }, { at: '/properties/a~1b', why: 'list', keyword: 'enum' }],
  [{ anyOf: [true, { required: 'a' }] }, { at: '/anyOf/1', why: 'names', keyword: 'required' }],
  [{ items: { properties: [] } }, { at: '/items', why: 'object', keyword: 'properties' }],
  [{ items: 5 }, { at: '/items', why: 'notSchema' }],
  [{ $ref: '#/$defs/nothing' }, { at: '', why: 'reference', keyword: '$ref' }],
  [{ $ref: 'https://example.org/a.json' }, { at: '', why: 'reference', keyword: '$ref' }],
])('%j: %j', (schema, problem) => {
  expect(schemaProblem(schema)).toEqual(problem)
})

it('a schema may contain itself, but not be endless', () => {
  expect(schemaProblem({ properties: { next: { $ref: '#' } } })).toBeUndefined()
  let deep: unknown = {}
  for (let i = 0; i < 70; i++) deep = { items: deep }
  expect(schemaProblem(deep)?.why).toBe('depth')
})

it('finds only what the document itself has', () => {
  expect(resolveReference('#/a', { a: 1 })).toBe(1)
  expect(resolveReference('#/constructor', {})).toBeUndefined()
  expect(resolveReference('#/%', { '%': 1 })).toBeUndefined()
})
