import { isObject, resolveReference } from '../../parts/jsonSchema/schemaProblem.ts'
import type { Schema } from './operations.ts'

/** What a schema says, apart from what is inside of it. */
export interface Description {
  /** In the notation of TypeScript. */
  readonly type: string
  readonly text: string | undefined
  readonly isNullable: boolean
  readonly default: unknown
  /** Such as `≥ 0`. */
  readonly bounds: readonly string[]
  /** Parts to look into: fields, elements, alternatives. */
  readonly inside: readonly Inside[]
}

export interface Inside {
  readonly title: string
  readonly schema: Schema
}

/** The fields of an object, in order. */
export interface Field {
  readonly name: string
  readonly schema: Schema
  readonly isRequired: boolean
}

export function describeSchema(given: Schema, root: unknown): Description {
  const { schema, isNullable } = withoutNull(resolved(given, root), root)
  return {
    type: typeOf(schema, root),
    text: text(given) ?? text(resolved(given, root)) ?? text(schema),
    isNullable,
    default: given['default'] ?? schema['default'],
    bounds: boundsOf(schema),
    inside: insideOf(schema, root),
  }
}

export function fieldsOf(given: Schema, root: unknown): Field[] {
  const { schema } = withoutNull(resolved(given, root), root)
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : [])
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
  const fields = properties.map(([name, each]) => ({ name, schema: each, isRequired: required.has(name) }))
  const all = Array.isArray(schema['allOf']) ? (schema['allOf'] as Schema[]) : []
  return [...all.flatMap((each) => fieldsOf(each, root)), ...fields]
}

const text = (schema: Schema): string | undefined =>
  typeof schema['description'] === 'string' ? schema['description'] : undefined

function resolved(schema: Schema, root: unknown): Schema {
  const { $ref } = schema
  const target = typeof $ref === 'string' ? resolveReference($ref, root) : undefined
  return isObject(target) ? target : schema
}

/** “This or null” is how a field says that it may be left empty. */
function withoutNull(schema: Schema, root: unknown): { schema: Schema; isNullable: boolean } {
  const { type } = schema
  if (Array.isArray(type) && type.includes('null') && type.length > 1) {
    const types = type.filter((each) => each !== 'null')
    return { schema: { ...schema, type: types.length === 1 ? types[0] : types }, isNullable: true }
  }
  const choices = alternatives(schema)
  const others = choices.filter((each) => each['type'] !== 'null')
  if (others.length === choices.length || others.length === 0) return { schema, isNullable: false }
  if (others.length > 1) return { schema: { ...schema, anyOf: others, oneOf: undefined }, isNullable: true }
  const { anyOf, oneOf, ...rest } = schema
  const only = resolved(others[0] as Schema, root)
  return { schema: { ...only, ...rest }, isNullable: true }
}

/** Alternatives, those inside of alternatives among them. */
function alternatives(schema: Schema): Schema[] {
  const list = (schema['anyOf'] ?? schema['oneOf'] ?? []) as Schema[]
  return list.flatMap((each) => {
    const inner = alternatives(each)
    return inner.length > 0 && each['properties'] === undefined ? inner : [each]
  })
}

const mostShown = 8

function typeOf(schema: Schema, root: unknown): string {
  if (typeof schema['$ref'] === 'string') return schema['$ref'].split('/').at(-1) as string
  if ('const' in schema) return JSON.stringify(schema['const'])
  if (Array.isArray(schema['enum'])) {
    const values = schema['enum'].map((value) => JSON.stringify(value))
    return values.length > mostShown ? `${values.slice(0, mostShown).join(' | ')} | …` : values.join(' | ')
  }
  const choices = alternatives(schema)
  if (choices.length > 0) return [...new Set(choices.map((each) => typeOf(each, root)))].join(' | ')
  const { type } = schema
  if (Array.isArray(type)) return type.join(' | ')
  if (type === 'array') {
    const items = isObject(schema['items']) ? typeOf(schema['items'], root) : 'any'
    return items.includes(' ') ? `(${items})[]` : `${items}[]`
  }
  if (type === 'object' && schema['properties'] === undefined && isObject(schema['additionalProperties'])) {
    return Object.keys(schema['additionalProperties']).length === 0
      ? 'object'
      : `Record<string, ${typeOf(schema['additionalProperties'], root)}>`
  }
  return typeof type === 'string' ? type : 'any'
}

function boundsOf(schema: Schema): string[] {
  const say = (name: string, write: (value: unknown) => string): string[] =>
    schema[name] === undefined ? [] : [write(schema[name])]
  return [
    ...say('minimum', (value) => `≥ ${value}`),
    ...say('exclusiveMinimum', (value) => `> ${value}`),
    // The largest whole numbers that JavaScript knows are no bounds that anybody chose.
    ...say('maximum', (value) => `≤ ${value}`).filter((bound) => !bound.includes(String(Number.MAX_SAFE_INTEGER))),
    ...say('exclusiveMaximum', (value) => `< ${value}`),
    ...say('minLength', (value) => `length ≥ ${value}`),
    ...say('maxLength', (value) => `length ≤ ${value}`),
    ...say('minItems', (value) => `items ≥ ${value}`),
    ...say('maxItems', (value) => `items ≤ ${value}`),
    // A name of zod's own for what the pattern says anyway.
    ...say('format', (value) => String(value)).filter(() => schema['format'] !== 'starts_with'),
    ...say('pattern', (value) => `/${value}/`),
  ].filter((bound) => !bound.includes(`-${Number.MAX_SAFE_INTEGER}`))
}

/** Where there is more to see than the type tells. */
function insideOf(schema: Schema, root: unknown): readonly Inside[] {
  if (schema['properties'] !== undefined || Array.isArray(schema['allOf'])) return [{ title: '', schema }]
  const choices = alternatives(schema)
  if (choices.length > 0) {
    return choices
      .map((each) => ({ title: titleOf(each, root), schema: each }))
      .filter((each) => describeSchema(each.schema, root).inside.length > 0)
  }
  for (const keyword of ['items', 'additionalProperties']) {
    const inner = schema[keyword]
    if (isObject(inner) && describeSchema(inner, root).inside.length > 0) return describeSchema(inner, root).inside
  }
  return []
}

/** What tells an alternative from the others: the fields that have one certain value. */
function titleOf(given: Schema, root: unknown): string {
  const schema = resolved(given, root)
  const certain = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
    .filter(([, field]) => 'const' in field || Array.isArray(field['enum']))
    .map(([name, field]) => `${name}: ${typeOf(field, root)}`)
  return certain.length > 0 ? certain.slice(0, 2).join(', ') : typeOf(given, root)
}
