import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { exampleOf } from './exampleOf.ts'

type Schema = Record<string, unknown>

const { schema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constant('string') }),
    fc
      .tuple(fc.nat(20), fc.nat(20))
      .map(([a, b]) => ({ type: 'string', minLength: Math.min(a, b), maxLength: Math.max(a, b) })),
    fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.nat(50))
      .map(([minimum, more]) => ({ type: 'integer', minimum, maximum: minimum + more })),
    fc.integer({ min: -50, max: 50 }).map((maximum) => ({ type: 'number', exclusiveMaximum: maximum })),
    fc.integer({ min: -50, max: 50 }).map((minimum) => ({ type: 'integer', exclusiveMinimum: minimum })),
    fc.constantFrom<Schema>({ type: 'boolean' }, { type: 'null' }, { type: ['string', 'null'] }, {}),
    fc.array(fc.jsonValue(), { minLength: 1 }).map((values) => ({ enum: values })),
    fc.jsonValue().map((value) => ({ const: value })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc
      .tuple(tie('schema'), fc.nat(3), fc.nat(3))
      .map(([items, minItems, more]) => ({ type: 'array', items, minItems, maxItems: minItems + more })),
    fc
      .dictionary(
        fc.string({ maxLength: 5 }).filter((name) => name !== '__proto__'),
        tie('schema'),
        { maxKeys: 4 },
      )
      .chain((properties) =>
        fc.subarray(Object.keys(properties)).map((required) => ({
          type: 'object',
          properties,
          required,
          additionalProperties: false,
        })),
      ),
  ),
}))

it.each([0, 9])('the example follows the schema it is made from (optional ones until %i)', (optionalUntil) => {
  fc.assert(
    fc.property(schema, (made) => {
      const ajv = new Ajv2020({ strict: false })
      const example = exampleOf(made, { optionalUntil })
      if (!ajv.validate(made, example)) {
        throw new Error(`${JSON.stringify(example)} does not follow: ${ajv.errorsText()}`)
      }
    }),
    { numRuns: 150 },
  )
})

it('follows references, puts what allOf says together, and ends where a schema contains itself', () => {
  const tree = {
    $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } }, required: ['next'] } },
    allOf: [{ $ref: '#/$defs/node' }, { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }],
  }
  const example = exampleOf(tree) as Record<string, unknown>
  expect(Object.keys(example).sort()).toEqual(['name', 'next'])
  expect(JSON.stringify(example).length).toBeLessThan(400)
})

it('takes defaults, examples and what is known', () => {
  expect(
    exampleOf(
      {
        type: 'object',
        properties: {
          a: { type: 'string', default: 'x' },
          b: { type: 'string', examples: ['y'] },
          model: { type: 'string' },
        },
        required: ['a', 'b', 'model'],
      },
      { known: { model: 'smollm2' } },
    ),
  ).toEqual({ a: 'x', b: 'y', model: 'smollm2' })
})
