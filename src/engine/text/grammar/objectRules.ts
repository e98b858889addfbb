import type { JsonSchema } from '../../contract.ts'
import { literal, type RuleSet } from './gbnf.ts'
import type { JsonRules } from './jsonRules.ts'
import { otherKeyBody } from './keyRules.ts'
import type { SchemaObject } from './mergeSchemas.ts'
import { badSchema, unsupportedKeyword } from './schemaError.ts'

/** Compiles a member's schema. @returns a rule name. */
type CompileMember = (schema: JsonSchema, path: string) => string

function countOf(schema: SchemaObject, keyword: string, path: string): number | undefined {
  const value = schema[keyword]
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw badSchema(keyword, path, 'must be a whole number of at least 0')
  }
  return value
}

/**
 * Objects: the declared properties in their order, each optional one present or not. Without `additionalProperties` an
 * object that declares properties has no others: a model would make some up.
 */
export function objectBody(
  rules: RuleSet,
  json: JsonRules,
  schema: SchemaObject,
  path: string,
  compile: CompileMember,
): string {
  const declared = (schema['properties'] ?? {}) as { readonly [name: string]: JsonSchema }
  const required = (schema['required'] ?? []) as readonly string[]
  if (typeof declared !== 'object' || Array.isArray(declared)) throw badSchema('properties', path, 'must be an object')
  if (!Array.isArray(required) || required.some((name) => typeof name !== 'string')) {
    throw badSchema('required', path, 'must be a list of names')
  }
  const additional = (schema['additionalProperties'] ??
    (Object.keys(declared).length === 0 && schema['unevaluatedProperties'] !== false)) as JsonSchema
  const names = Object.keys(declared).filter((name) => declared[name] !== false)
  for (const name of required) {
    if (names.includes(name)) continue
    if (additional === false || declared[name] === false)
      throw badSchema('required', path, `asks for "${name}", which is not allowed`)
    names.push(name)
  }
  const space = json.space()
  const members = names.map((name) => {
    const inner = Object.hasOwn(declared, name) ? declared[name]! : additional
    const value = compile(inner, `${path}/properties/${name}`)
    return {
      required: required.includes(name),
      body: `${literal(JSON.stringify(name))} ":" ${space} ${value}`,
    }
  })
  const min = countOf(schema, 'minProperties', path) ?? 0
  const max = countOf(schema, 'maxProperties', path)
  const requiredCount = members.filter((member) => member.required).length
  const isMap = members.length === 0
  if (!isMap && min > requiredCount) throw unsupportedKeyword('minProperties', path, 'beside declared properties')
  if (!isMap && max !== undefined && (additional !== false || max < members.length)) {
    throw unsupportedKeyword('maxProperties', path, 'beside declared properties')
  }
  if (max !== undefined && max < min) throw badSchema('maxProperties', path, 'is smaller than "minProperties"')
  let other: string | undefined
  if (additional !== false) {
    const key = otherKeyBody(rules, [...new Set([...names, ...Object.keys(declared)])])
    other = rules.add('member', `${key} ":" ${space} ${compile(additional, `${path}/additionalProperties`)}`)
  }
  if (isMap) {
    if (other === undefined || max === 0) {
      if (min > 0) throw badSchema('minProperties', path, 'asks for properties, but none is allowed')
      return '"{}"'
    }
    const more = rules.add('more', `"," ${space} ${other}`)
    const rest = rules.repeat(more, Math.max(0, min - 1), max === undefined ? undefined : max - 1)
    const some = `${other} ${rest.includes('|') ? `(${rest})` : rest} ${space}`
    return min === 0 ? `"{" ${space} (${some})? "}"` : `"{" ${space} ${some} "}"`
  }
  // `after` goes on behind a member that was written, `first` before any was.
  let after = rules.add('close', other === undefined ? `${space} "}"` : `("," ${space} ${other})* ${space} "}"`)
  let first = other === undefined ? rules.add('empty', `"}"`) : rules.add('open', `"}" | ${other} ${after}`)
  for (const member of members.toReversed()) {
    const start = `${member.body} ${after}`
    const follow = `"," ${space} ${member.body} ${after}`
    first = rules.add('first', member.required ? start : `${start} | ${first}`)
    after = rules.add('next', member.required ? follow : `${follow} | ${after}`)
  }
  return `"{" ${space} ${first}`
}

/** Lists: `prefixItems` one by one, then `items`. */
export function arrayBody(
  rules: RuleSet,
  json: JsonRules,
  schema: SchemaObject,
  path: string,
  compile: CompileMember,
): string {
  if (schema['uniqueItems'] === true) throw unsupportedKeyword('uniqueItems', path)
  const prefix = (schema['prefixItems'] ?? []) as readonly JsonSchema[]
  if (!Array.isArray(prefix)) throw badSchema('prefixItems', path, 'must be a list')
  if (Array.isArray(schema['items']))
    throw unsupportedKeyword('items', path, 'a list of schemas is written "prefixItems" now')
  // As with objects, a tuple has no further items unless it says so.
  const items = (schema['items'] ?? prefix.length === 0) as JsonSchema
  const min = countOf(schema, 'minItems', path) ?? 0
  const max = countOf(schema, 'maxItems', path)
  if (max !== undefined && max < min) throw badSchema('maxItems', path, 'is smaller than "minItems"')
  const space = json.space()
  const limit = items === false ? Math.min(max ?? prefix.length, prefix.length) : max
  if (limit !== undefined && limit < min) throw badSchema('minItems', path, 'asks for more items than are allowed')
  if (limit === 0) return '"[]"'
  const fixed = prefix.slice(0, limit).map((one, index) => compile(one, `${path}/prefixItems/${index}`))
  let rest: string | undefined
  if (items !== false && (limit === undefined || limit > fixed.length)) {
    const item = compile(items, `${path}/items`)
    const more = rules.add('more', `"," ${space} ${item}`)
    if (fixed.length === 0) {
      const tail = rules.repeat(more, Math.max(0, min - 1), limit === undefined ? undefined : limit - 1)
      const some = `${item} ${tail.includes('|') ? `(${tail})` : tail} ${space}`
      return min === 0 ? `"[" ${space} (${some})? "]"` : `"[" ${space} ${some} "]"`
    }
    rest = rules.repeat(more, Math.max(0, min - fixed.length), limit === undefined ? undefined : limit - fixed.length)
  }
  let body = rest === undefined ? `${space} "]"` : `${rest.includes('|') ? `(${rest})` : rest} ${space} "]"`
  for (let index = fixed.length - 1; index >= 0; index--) {
    const lead = index === 0 ? '' : `"," ${space} `
    // Fewer items than the prefix has are allowed unless `minItems` asks for them.
    const step: string = `${lead}${fixed[index]} ${rules.add('tuple', body)}`
    body = index >= min ? `${step} | ${space} "]"` : step
  }
  return `"[" ${space} ${rules.add('tuple', body)}`
}
