import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SanjhaError } from '../../../core/index.ts'
import type { JsonSchema } from '../../contract.ts'
import { gbnfMatcher } from '../testing/gbnfMatcher.ts'
import { arbitrarySchema, instanceOf, mutate } from '../testing/schemaInstances.ts'
import { anyJsonGrammar, jsonSchemaToGrammar } from './jsonSchemaToGrammar.ts'

const ajv = new Ajv2020({ strict: false, addUsedSchema: false, formats: { uuid: true } })
const accepts = (schema: JsonSchema, text: string): boolean => gbnfMatcher(jsonSchemaToGrammar(schema))(text)
const takes = (schema: JsonSchema, value: unknown): boolean => accepts(schema, JSON.stringify(value))

function errorOf(schema: JsonSchema): SanjhaError {
  try {
    jsonSchemaToGrammar(schema)
  } catch (error) {
    if (SanjhaError.is(error)) return error
    throw error
  }
  throw new Error('no error')
}

describe('jsonSchemaToGrammar', () => {
  it('accepts every valid instance, compact and indented', () => {
    fc.assert(
      fc.property(
        arbitrarySchema().chain((schema) => fc.tuple(fc.constant(schema), instanceOf(schema))),
        ([schema, value]) => {
          const validate = ajv.compile(schema as object)
          expect(validate(value), 'the generator of instances is at fault').toBe(true)
          const matches = gbnfMatcher(jsonSchemaToGrammar(schema))
          expect(matches(JSON.stringify(value))).toBe(true)
          expect(matches(JSON.stringify(value, null, 2))).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('accepts nothing that is invalid', () => {
    let rejected = 0
    fc.assert(
      fc.property(
        arbitrarySchema().chain((schema) => fc.tuple(fc.constant(schema), instanceOf(schema).chain(mutate))),
        ([schema, value]) => {
          const valid = ajv.compile(schema as object)(value)
          if (!valid) {
            rejected++
            expect(gbnfMatcher(jsonSchemaToGrammar(schema))(JSON.stringify(value))).toBe(false)
          }
        },
      ),
      { numRuns: 500 },
    )
    expect(rejected).toBeGreaterThan(50)
  })

  it('bounds integers exactly', () => {
    const bound = fc.integer({ min: -2500, max: 2500 })
    fc.assert(
      fc.property(
        bound,
        bound,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: -3000, max: 3000 }),
        (a, b, openLow, openHigh, value) => {
          const [low, high] = a < b ? [a, b] : [b, a]
          fc.pre(high - low > 2)
          const schema = {
            type: 'integer',
            [openLow ? 'exclusiveMinimum' : 'minimum']: low,
            [openHigh ? 'exclusiveMaximum' : 'maximum']: high,
          }
          const inside = (openLow ? value > low : value >= low) && (openHigh ? value < high : value <= high)
          expect(takes(schema, value)).toBe(inside)
          for (const edge of [low - 1, low, low + 1, high - 1, high, high + 1]) {
            expect(takes(schema, edge)).toBe(
              (openLow ? edge > low : edge >= low) && (openHigh ? edge < high : edge <= high),
            )
          }
        },
      ),
      { numRuns: 200 },
    )
    for (const one of ['minimum', 'maximum'] as const) {
      fc.assert(
        fc.property(bound, fc.integer(), (limit, value) => {
          expect(takes({ type: 'integer', [one]: limit }, value)).toBe(
            one === 'minimum' ? value >= limit : value <= limit,
          )
        }),
      )
    }
    expect(accepts({ type: 'integer', minimum: 0 }, '007')).toBe(false)
    expect(accepts({ type: 'integer', minimum: -3 }, '-0')).toBe(false)
  })

  it('bounds decimals exactly', () => {
    const decimal = fc.tuple(fc.integer({ min: -2000, max: 2000 }), fc.constantFrom(1, 10, 100)).map(([n, d]) => n / d)
    fc.assert(
      fc.property(decimal, decimal, fc.boolean(), fc.boolean(), decimal, (a, b, openLow, openHigh, value) => {
        const [low, high] = a < b ? [a, b] : [b, a]
        fc.pre(high > low)
        const schema = {
          type: 'number',
          [openLow ? 'exclusiveMinimum' : 'minimum']: low,
          [openHigh ? 'exclusiveMaximum' : 'maximum']: high,
        }
        for (const one of [value, low, high, (low + high) / 2]) {
          if (String(one).includes('e') || String(one).length > 14) continue
          const inside = (openLow ? one > low : one >= low) && (openHigh ? one < high : one <= high)
          expect(takes(schema, one), `${one} in ${JSON.stringify(schema)}`).toBe(inside)
        }
      }),
      { numRuns: 400 },
    )
    expect(accepts({ type: 'number', minimum: 0, maximum: 1 }, '1.000')).toBe(true)
    expect(accepts({ type: 'number', minimum: 0, maximum: 1 }, '1.001')).toBe(false)
    expect(accepts({ type: 'number', exclusiveMinimum: 0 }, '0.0')).toBe(false)
    expect(accepts({ type: 'number', exclusiveMinimum: 0 }, '0.01')).toBe(true)
  })

  it('counts the characters of long strings and the items of long lists', () => {
    for (const [min, max] of [
      [0, 3],
      [2, 2],
      [999, 1001],
      [1500, 2600],
      [0, 2000],
      [5, 3000],
    ] as const) {
      const matches = gbnfMatcher(jsonSchemaToGrammar({ type: 'string', minLength: min, maxLength: max }))
      for (const length of [min - 1, min, max, max + 1]) {
        if (length < 0) continue
        expect(matches(`"${'x'.repeat(length)}"`), `${length} of ${min} to ${max}`).toBe(length >= min && length <= max)
      }
    }
    const list = gbnfMatcher(
      jsonSchemaToGrammar({ type: 'array', items: { type: 'null' }, minItems: 2, maxItems: 1200 }),
    )
    expect([1, 2, 1200, 1201].map((count) => list(JSON.stringify(Array(count).fill(null))))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  it.each([
    ['^[a-z]+$', ['a', 'abc'], ['', 'A', 'a1']],
    ['^\\d{3}-\\d{4}$', ['123-4567'], ['1234567', '123-45678']],
    ['^(cat|dog)s?$', ['cat', 'dogs'], ['cats!', 'bird']],
    ['b+', ['b', 'abbc'], ['', 'ac']],
    ['^"\\\\\\n$', ['"\\\n'], ['"\\', 'n']],
    ['^[^a-c"]{2}$', ['xy', 'd\\'], ['ax', 'x"', 'x']],
    ['^(a*)*$', ['', 'aaa'], ['b']],
    ['^(a?b?){2}$', ['', 'ab', 'abab', 'ba'], ['ababa']],
    ['^\\u0041\\x42é👩$', ['ABé👩'], ['AB']],
    ['^x|y$', ['xz', 'zy'], ['zx', 'yz']],
    ['^\\w+@\\w+\\.com$', ['a@b.com'], ['a@b.org']],
    ['^.$', ['a', '"', '👩'], ['', '\n', 'ab']],
    ['^[\\s\\S]*$', ['', '\n', 'x\ty'], []],
  ] as const)('turns the pattern %s into a grammar', (pattern, good, bad) => {
    for (const text of good) {
      expect(new RegExp(pattern, 'u').test(text), 'the test is at fault').toBe(true)
      expect(takes({ type: 'string', pattern }, text), text).toBe(true)
    }
    for (const text of bad) {
      expect(new RegExp(pattern, 'u').test(text), 'the test is at fault').toBe(false)
      expect(takes({ type: 'string', pattern }, text), text).toBe(false)
    }
  })

  it.each([
    ['date', ['2024-02-29', '2023-12-31', '2000-02-29'], ['2023-02-29', '1900-02-29', '2024-13-01', '2024-04-31']],
    ['time', ['12:00:00Z', '23:59:59.123+01:00'], ['24:00:00Z', '12:00']],
    ['date-time', ['2024-02-29T12:00:00Z'], ['2024-02-30T12:00:00Z', '2024-02-29 12:00:00Z']],
    ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567e89b12d3a456426614174000']],
    ['email', ['a.b+c@example.co.uk'], ['a@b', '@example.com', 'a..b@example.com']],
    ['ipv4', ['0.0.0.0', '255.10.9.1'], ['256.1.1.1', '1.1.1']],
    ['uri', ['https://example.org/a?b=c'], ['example.org']],
  ] as const)('knows the format %s', (format, good, bad) => {
    for (const text of good) expect(takes({ type: 'string', format }, text), text).toBe(true)
    for (const text of bad) expect(takes({ type: 'string', format }, text), text).toBe(false)
  })

  it('follows references, also into themselves', () => {
    const tree = {
      $defs: {
        node: {
          type: 'object',
          properties: { value: { type: 'integer' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
          required: ['value'],
        },
      },
      $ref: '#/$defs/node',
    }
    expect(takes(tree, { value: 1, children: [{ value: 2, children: [{ value: 3 }] }] })).toBe(true)
    expect(takes(tree, { value: 1, children: [{ value: 'x' }] })).toBe(false)
    expect(
      errorOf({ $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' }).message,
    ).toContain('$ref')
    expect(errorOf({ anyOf: [{ $ref: '#' }, { type: 'null' }] }).message).toContain('$ref')
    expect(errorOf({ allOf: [{ $ref: '#' }] }).message).toContain('$ref')
    expect(errorOf({ $ref: '#/nowhere' }).message).toContain('#/nowhere')
    expect(errorOf({ $ref: 'https://example.org/schema' }).message).toContain('$ref')
    for (const $ref of ['#/%', '#/$defs/%E0%A4', '#/%zz']) {
      expect(errorOf({ $ref })).toMatchObject({ code: 'invalid_request', param: 'schema' })
      expect(errorOf({ allOf: [{ $ref }] })).toMatchObject({ code: 'invalid_request', param: 'schema' })
    }
  })

  it('merges allOf with what stands beside it', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'integer', minimum: 3 } },
      allOf: [
        { properties: { a: { maximum: 5 }, b: { type: ['string', 'null'] } }, required: ['a'] },
        { properties: { b: { type: 'string', minLength: 1 } }, required: ['b'] },
      ],
    }
    expect(takes(schema, { a: 4, b: 'x' })).toBe(true)
    expect(takes(schema, { a: 6, b: 'x' })).toBe(false)
    expect(takes(schema, { a: 4, b: null })).toBe(false)
    expect(takes(schema, { a: 4 })).toBe(false)
  })

  it('applies what stands beside anyOf to each branch, and takes nullable, const, enum and type lists', () => {
    const schema = {
      type: 'object',
      properties: { kind: { enum: ['a', 'b'] } },
      anyOf: [
        { properties: { kind: { const: 'a' }, n: { type: 'integer' } }, required: ['kind', 'n'] },
        { properties: { kind: { const: 'b' }, s: { type: 'string', nullable: true } }, required: ['kind', 's'] },
      ],
    }
    expect(takes(schema, { kind: 'a', n: 1 })).toBe(true)
    expect(takes(schema, { kind: 'b', s: null })).toBe(true)
    expect(takes(schema, { kind: 'b', n: 1 })).toBe(false)
    expect(takes({ type: ['integer', 'null'], enum: [1, 'x', null] }, null)).toBe(true)
    expect(takes({ type: ['integer', 'null'], enum: [1, 'x', null] }, 'x')).toBe(false)
    expect(takes({ enum: [{ a: [1, '"'] }] }, { a: [1, '"'] })).toBe(true)
  })

  it('keeps additional properties apart from the declared ones', () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'integer' } },
      additionalProperties: { type: 'string' },
    }
    expect(takes(schema, { name: 1, nam: 'x', named: 'y', '"': 'z' })).toBe(true)
    expect(takes(schema, { name: 'x' })).toBe(false)
    expect(accepts(schema, '{"other": "a", "name": "x"}')).toBe(false)
    expect(accepts(schema, '{"\\u006eame": "x"}')).toBe(false)
    expect(takes({ type: 'object', minProperties: 1, maxProperties: 2 }, {})).toBe(false)
    expect(takes({ type: 'object', minProperties: 1, maxProperties: 2 }, { a: 1, b: 2 })).toBe(true)
    expect(takes({ type: 'object', minProperties: 1, maxProperties: 2 }, { a: 1, b: 2, c: 3 })).toBe(false)
  })

  it.each([
    [{ type: 'object', patternProperties: {} }, 'patternProperties'],
    [{ type: 'array', uniqueItems: true }, 'uniqueItems'],
    [{ type: 'number', multipleOf: 0.5 }, 'multipleOf'],
    [{ not: { type: 'string' } }, 'not'],
    [{ type: 'string', format: 'regex' }, 'format'],
    [{ type: 'string', pattern: '^(?=a)' }, 'pattern'],
    [{ type: 'string', pattern: '(a)\\1' }, 'pattern'],
    [{ type: 'string', pattern: '^[a-z]+$', maxLength: 3 }, 'maxLength'],
    [{ type: 'object', properties: { a: { if: {} } } }, 'if'],
    [{ type: 'object', required: ['a'], additionalProperties: false }, 'required'],
    [{ type: 'integer', minimum: 3, maximum: 2 }, 'maximum'],
    [{ type: 'integer', minimum: 0.2, maximum: 0.8 }, 'maximum'],
    [{ allOf: [{ type: 'string' }, { type: 'integer' }] }, 'type'],
    [{ type: 'text' }, 'type'],
    [{ enum: [] }, 'enum'],
    [{ anyOf: [] }, 'anyOf'],
  ] as const)('refuses %j and names %s', (schema, keyword) => {
    const error = errorOf(schema as JsonSchema)
    expect(error.code).toBe('invalid_request')
    expect(error.message).toContain(`"${keyword}"`)
    expect(error.param).toBe('schema')
  })

  it('refuses schemas that are too large or too deep', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`p${index}`, { type: 'integer' }]),
    )
    expect(errorOf({ type: 'object', properties }).message).toContain('too large')
    let deep: JsonSchema = { type: 'null' }
    for (let level = 0; level < 5000; level++) deep = { type: 'array', items: deep }
    expect(errorOf(deep).code).toBe('invalid_request')
    expect(errorOf({ type: 'string', pattern: `${'('.repeat(3000)}${')'.repeat(3000)}` }).code).toBe('invalid_request')
    expect(errorOf({ type: 'string', maxLength: 1e12 }).code).toBe('invalid_request')
  })
})

describe('anyJsonGrammar', () => {
  it('accepts every JSON object and nothing else', () => {
    const matches = gbnfMatcher(anyJsonGrammar)
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' })), (value) => {
        expect(matches(JSON.stringify(value))).toBe(true)
        expect(matches(JSON.stringify(value, null, 2))).toBe(true)
        expect(matches(JSON.stringify(value).slice(0, -1))).toBe(false)
      }),
    )
    expect(['[]', '1', '', '{}}', '{"a":01}', "{'a':1}"].some(matches)).toBe(false)
  })
})
