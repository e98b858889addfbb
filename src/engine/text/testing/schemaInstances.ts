import fc from 'fast-check'
import type { JsonSchema } from '../../contract.ts'

/** Random schemas of the part of JSON Schema that is enforced, and random values that they allow: for property tests. */
const names = fc.constantFrom('a', 'ab', 'abc', 'b', 'name', 'x"y', 'é', 'z\\')
const text = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', '\n', 'é', '👩', ' ', '{'), maxLength: 8 })

const leaf: fc.Arbitrary<JsonSchema> = fc.oneof(
  fc.constantFrom<JsonSchema>(
    { type: 'boolean' },
    { type: 'null' },
    { type: 'string' },
    { type: 'integer' },
    { type: 'number' },
  ),
  fc.tuple(fc.nat(4), fc.nat(6)).map(([min, more]) => ({ type: 'string', minLength: min, maxLength: min + more })),
  fc
    .tuple(fc.integer({ min: -300, max: 300 }), fc.nat(500))
    .map(([min, more]) => ({ type: 'integer', minimum: min, maximum: min + more })),
  fc.constantFrom<JsonSchema>(
    { type: 'string', pattern: '^[a-c]{2,4}$' },
    { type: 'string', format: 'uuid', description: 'an id' },
  ),
  fc
    .uniqueArray(fc.oneof(text, fc.integer({ min: -9, max: 9 }), fc.boolean(), fc.constant(null)), {
      minLength: 1,
      maxLength: 4,
    })
    .map((values) => ({ enum: values })),
  text.map((value) => ({ const: value })),
)

export function arbitrarySchema(depth = 3): fc.Arbitrary<JsonSchema> {
  if (depth === 0) return leaf
  const inner = arbitrarySchema(depth - 1)
  const object = fc
    .tuple(
      fc.uniqueArray(fc.tuple(names, inner, fc.boolean()), { maxLength: 4, selector: ([name]) => name }),
      fc.option(fc.oneof(fc.constant(false), inner), { nil: undefined }),
    )
    .map(
      ([members, additional]): JsonSchema => ({
        type: 'object',
        properties: Object.fromEntries(members.map(([name, schema]) => [name, schema])),
        required: members.filter(([, , required]) => required).map(([name]) => name),
        // Where a schema leaves it out, ours allows no others; the judge must know that too.
        additionalProperties: additional ?? false,
      }),
    )
  const array = fc.tuple(inner, fc.nat(2), fc.option(fc.nat(3), { nil: undefined })).map(([items, min, more]) => ({
    type: 'array',
    items,
    minItems: min,
    ...(more !== undefined && { maxItems: min + more }),
  }))
  const tuple = fc.tuple(fc.array(inner, { minLength: 1, maxLength: 3 }), fc.nat(3)).map(
    ([items, min]): JsonSchema => ({
      type: 'array',
      prefixItems: items,
      items: false,
      minItems: Math.min(min, items.length),
    }),
  )
  const union = fc.array(inner, { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf }))
  return fc.oneof(leaf, object, array, tuple, union)
}

/** Values that a schema from `arbitrarySchema` allows, with properties in the schema's order. */
export function instanceOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const parts = schema as { readonly [keyword: string]: never }
  const of = (keyword: string): unknown => parts[keyword]
  if (of('enum') !== undefined) return fc.constantFrom(...(of('enum') as unknown[]))
  if (of('const') !== undefined) return fc.constant(of('const'))
  if (of('anyOf') !== undefined) return fc.oneof(...(of('anyOf') as JsonSchema[]).map(instanceOf))
  switch (of('type')) {
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'integer':
      return fc.integer({ min: (of('minimum') as number) ?? -1e9, max: (of('maximum') as number) ?? 1e9 })
    case 'number':
      return fc.oneof(
        fc.integer(),
        fc.tuple(fc.integer(), fc.nat(4)).map(([n, d]) => n / 10 ** d),
        fc.constantFrom(1e21, 1.5e-9),
      )
    case 'string':
      if (of('pattern') !== undefined)
        return fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 2, maxLength: 4 })
      if (of('format') !== undefined) return fc.uuid()
      return fc
        .array(fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'é', '👩'), {
          minLength: (of('minLength') as number) ?? 0,
          maxLength: (of('maxLength') as number) ?? 6,
        })
        .map((characters) => characters.join(''))
    case 'array': {
      const prefix = of('prefixItems') as JsonSchema[] | undefined
      const min = (of('minItems') as number) ?? 0
      if (prefix !== undefined) {
        return fc
          .tuple(fc.tuple(...prefix.map(instanceOf)), fc.integer({ min, max: prefix.length }))
          .map(([items, length]) => items.slice(0, length))
      }
      return fc.array(instanceOf(of('items') as JsonSchema), {
        minLength: min,
        maxLength: (of('maxItems') as number) ?? min + 3,
      })
    }
    default: {
      const properties = Object.entries(of('properties') as { [name: string]: JsonSchema })
      const required = of('required') as string[]
      const members = properties.map(([name, inner]) =>
        fc.tuple(fc.constant(name), required.includes(name) ? fc.constant(true) : fc.boolean(), instanceOf(inner)),
      )
      const additional = of('additionalProperties') as JsonSchema
      const others =
        additional === false
          ? fc.constant([])
          : fc.uniqueArray(
              fc.tuple(
                fc
                  .oneof(names, text)
                  .filter((name) => !properties.some(([taken]) => taken === name) && !/^\d+$/.test(name)),
                instanceOf(additional),
              ),
              { maxLength: 2, selector: ([name]) => name },
            )
      return fc
        .tuple(fc.tuple(...members), others)
        .map(([own, extra]) =>
          Object.fromEntries([
            ...own.filter(([, present]) => present).map(([name, , value]) => [name, value]),
            ...extra,
          ]),
        )
    }
  }
}

/** A value with one thing in it changed, somewhere. */
export function mutate(value: unknown): fc.Arbitrary<unknown> {
  const anything = fc.constantFrom<unknown>(null, true, -1e6, 0.5, '', 'zzzzzzzzzzzzzzzzzzzz', [], {}, { a: 1 }, [
    null,
    null,
    null,
    null,
    null,
    null,
  ])
  if (Array.isArray(value)) {
    const options = [anything, fc.constant([...value, 'added']), fc.constant(value.slice(1))]
    if (value.length > 0) {
      options.push(
        fc.nat(value.length - 1).chain((index) => mutate(value[index]).map((changed) => value.with(index, changed))),
      )
    }
    return fc.oneof(...options)
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    const options = [anything, fc.constant({ ...value, added: 1 })]
    if (entries.length > 0) {
      options.push(
        fc.nat(entries.length - 1).map((index) => Object.fromEntries(entries.toSpliced(index, 1))),
        fc.nat(entries.length - 1).chain((index) => {
          const [name, inner] = entries[index]!
          return mutate(inner).map((changed) => Object.fromEntries(entries.with(index, [name, changed])))
        }),
      )
    }
    return fc.oneof(...options)
  }
  if (typeof value === 'string') return fc.oneof(anything, fc.constant(`${value}~`), fc.constant(value.slice(1)))
  if (typeof value === 'number')
    return fc.oneof(
      anything,
      fc.integer({ min: -1000, max: 1000 }).map((by) => value + by),
    )
  return anything
}
