import type { JsonSchema } from '../../contract.ts'
import { badSchema, unsupportedKeyword } from './schemaError.ts'

export type SchemaObject = { readonly [keyword: string]: unknown }

const larger = new Set(['minLength', 'minItems', 'minProperties', 'minimum', 'exclusiveMinimum'])
const smaller = new Set(['maxLength', 'maxItems', 'maxProperties', 'maximum', 'exclusiveMaximum'])

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

function mergeTypes(a: unknown, b: unknown, path: string): unknown {
  const [left, right] = [asList(a), asList(b)]
  const both = left.flatMap((type) => {
    if (right.includes(type)) return [type]
    if (type === 'integer' && right.includes('number')) return ['integer']
    if (type === 'number' && right.includes('integer')) return ['integer']
    return []
  })
  if (both.length === 0) throw badSchema('type', path, 'asks for types that exclude each other')
  return both.length === 1 ? both[0] : both
}

/** A schema that both must hold for. @param annotations keywords that do not constrain. */
export function mergeSchemas(a: JsonSchema, b: JsonSchema, path: string, annotations: ReadonlySet<string>): JsonSchema {
  if (a === false || b === false) return false
  if (a === true) return b
  if (b === true) return a
  const result: Record<string, unknown> = { ...a }
  const closed = (schema: SchemaObject): boolean => schema['additionalProperties'] === false
  for (const [keyword, right] of Object.entries(b)) {
    const left = result[keyword]
    if (left === undefined || same(left, right) || annotations.has(keyword)) result[keyword] = left ?? right
    else if (keyword === 'type') result[keyword] = mergeTypes(left, right, path)
    else if (keyword === 'required') result[keyword] = [...new Set([...asList(left), ...asList(right)])]
    else if (keyword === 'enum') {
      result[keyword] = asList(left).filter((one) => asList(right).some((other) => same(one, other)))
    } else if (keyword === 'properties') {
      const properties: Record<string, JsonSchema> = { ...(left as Record<string, JsonSchema>) }
      for (const [name, schema] of Object.entries(right as Record<string, JsonSchema>)) {
        const own = Object.hasOwn(properties, name) ? properties[name] : undefined
        properties[name] =
          own === undefined ? schema : mergeSchemas(own, schema, `${path}/properties/${name}`, annotations)
      }
      result[keyword] = properties
    } else if (keyword === 'items' || keyword === 'additionalProperties') {
      result[keyword] = mergeSchemas(left as JsonSchema, right as JsonSchema, `${path}/${keyword}`, annotations)
    } else if (keyword === 'anyOf' || keyword === 'oneOf' || keyword === 'allOf' || keyword === '$ref') {
      // Two of them cannot stand side by side in one object, but both can stand in an allOf.
      result['allOf'] = [...asList(result['allOf'] ?? []), { [keyword]: right }]
    } else if (larger.has(keyword)) result[keyword] = Math.max(Number(left), Number(right))
    else if (smaller.has(keyword)) result[keyword] = Math.min(Number(left), Number(right))
    else throw unsupportedKeyword(keyword, path, 'it is asked for twice, differently')
  }
  // What one side closes, the other may not open with a property of its own.
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (!closed(one)) continue
    const allowed = Object.keys((one['properties'] as object | undefined) ?? {})
    const extra = Object.keys((other['properties'] as object | undefined) ?? {}).filter(
      (name) => !allowed.includes(name),
    )
    if (extra.length === 0) continue
    const properties = { ...(result['properties'] as Record<string, JsonSchema>) }
    for (const name of extra) properties[name] = false
    result['properties'] = properties
  }
  return result
}
