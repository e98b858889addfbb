import { expect, it } from 'vitest'
import { describeSchema, fieldsOf } from './describeSchema.ts'

const root = { components: { schemas: { Run: { type: 'object', properties: { id: { type: 'string' } } } } } }
const ref = { $ref: '#/components/schemas/Run' }

it.each([
  [{ type: ['string', 'null'] }, 'string', true],
  [{ anyOf: [{ type: 'number', minimum: 0 }, { type: 'null' }] }, 'number', true],
  [
    { anyOf: [{ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }, { type: 'null' }] },
    'string | string[]',
    true,
  ],
  [{ enum: ['a', 'b'] }, '"a" | "b"', false],
  [{ enum: [1, 2, 3, 4, 5, 6, 7, 8, 9] }, '1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | …', false],
  [{ const: 'x' }, '"x"', false],
  [{ type: 'array', items: { oneOf: [{ type: 'string' }, { type: 'number' }] } }, '(string | number)[]', false],
  [{ type: 'array', items: ref }, 'Run[]', false],
  [{ type: 'object', additionalProperties: { type: 'number' } }, 'Record<string, number>', false],
  [{}, 'any', false],
])('%j is %s', (schema, type, isNullable) => {
  expect(describeSchema(schema, root)).toMatchObject({ type, isNullable })
})

it('tells bounds, default and meaning', () => {
  const schema = {
    anyOf: [{ type: 'integer', minimum: 1, maximum: 128 }, { type: 'null' }],
    default: 3,
    description: 'How many.',
  }
  expect(describeSchema(schema, root)).toMatchObject({ bounds: ['≥ 1', '≤ 128'], default: 3, text: 'How many.' })
  expect(describeSchema({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, root).bounds).toEqual([
    '≥ 0',
  ])
})

it('shows what is inside: of references, lists and alternatives', () => {
  expect(describeSchema(ref, root).inside.length).toBe(1)
  expect(describeSchema({ type: 'array', items: ref }, root).inside.length).toBe(1)
  const roles = ['user', 'tool'].map((role) => ({ type: 'object', properties: { role: { const: role } } }))
  expect(describeSchema({ oneOf: [...roles, { type: 'string' }] }, root).inside.map(({ title }) => title)).toEqual([
    'role: "user"',
    'role: "tool"',
  ])
  expect(fieldsOf({ ...ref }, root)).toEqual([{ name: 'id', schema: { type: 'string' }, isRequired: false }])
  expect(fieldsOf({ allOf: [ref, { properties: { a: {} }, required: ['a'] }] }, root).map(({ name }) => name)).toEqual([
    'id',
    'a',
  ])
})
