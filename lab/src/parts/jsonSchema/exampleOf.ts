import { isObject, resolveReference } from './schemaProblem.ts'

export interface ExampleOptions {
  /** Where `$ref` looks; by default the schema itself. */
  readonly root?: unknown
  /** Also what may be left out; it is left out deeper down than this. Default: only what is required. */
  readonly optionalUntil?: number
  /** A better value for a property than the schema alone tells, by its name. */
  readonly known?: Readonly<Record<string, unknown>>
  /** Properties of the outermost object that are there although they might be left out. */
  readonly also?: readonly string[]
}

/** Deeper than this a schema that contains itself is cut off. */
const deepest = 12

/** A value that follows a JSON Schema, as far as the schema is about types, enums, ranges and lengths. */
export function exampleOf(schema: unknown, options: ExampleOptions = {}): unknown {
  return make(schema, { root: schema, optionalUntil: 0, known: {}, also: [], ...options }, 0)
}

function make(given: unknown, options: Required<ExampleOptions>, depth: number): unknown {
  if (!isObject(given) || depth > deepest) return depth > deepest ? null : {}
  const schema = whole(given, options.root)
  if ('const' in schema) return schema['const']
  if ('default' in schema) return schema['default']
  if (Array.isArray(schema['examples']) && schema['examples'].length > 0) return schema['examples'][0]
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0) return schema['enum'][0]
  const choices = (schema['anyOf'] ?? schema['oneOf']) as unknown[] | undefined
  if (Array.isArray(choices) && choices.length > 0) {
    const { anyOf, oneOf, ...rest } = schema
    const choice = choices.find((each) => !isNull(each, options.root)) ?? choices[0]
    return make(isObject(choice) ? merge(rest, whole(choice, options.root)) : rest, options, depth)
  }
  switch (typeOf(schema)) {
    case 'object':
      return makeObject(schema, options, depth)
    case 'array':
      return makeArray(schema, options, depth)
    case 'string':
      return makeText(schema)
    case 'integer':
      return makeNumber(schema, true)
    case 'number':
      return makeNumber(schema, false)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return 'anything'
  }
}

/** With what `$ref` and `allOf` say put into one. */
function whole(schema: Record<string, unknown>, root: unknown, hops = 0): Record<string, unknown> {
  const { $ref, allOf, ...rest } = schema
  const others = [
    ...(typeof $ref === 'string' ? [resolveReference($ref, root)] : []),
    ...(Array.isArray(allOf) ? allOf : []),
  ].filter(isObject)
  if (hops > deepest) return rest
  return others.reduce((sum, other) => merge(whole(other, root, hops + 1), sum), rest)
}

function merge(a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> {
  const properties = { ...(a['properties'] as object), ...(b['properties'] as object) }
  const required = [...new Set([...((a['required'] as string[]) ?? []), ...((b['required'] as string[]) ?? [])])]
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  }
}

function typeOf(schema: Record<string, unknown>): unknown {
  const types = [schema['type']].flat().filter((type) => type !== undefined)
  const type = types.find((each) => each !== 'null') ?? types[0]
  if (type !== undefined) return type
  if (isObject(schema['properties']) || Array.isArray(schema['required'])) return 'object'
  if ('items' in schema || 'prefixItems' in schema) return 'array'
  if ('pattern' in schema || 'minLength' in schema) return 'string'
  return 'minimum' in schema || 'maximum' in schema ? 'number' : undefined
}

const isNull = (schema: unknown, root: unknown): boolean => {
  if (!isObject(schema)) return false
  const { type, ...rest } = whole(schema, root)
  return type === 'null' || ('const' in rest && rest['const'] === null)
}

function makeObject(schema: Record<string, unknown>, options: Required<ExampleOptions>, depth: number): unknown {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = new Set(Array.isArray(schema['required']) ? (schema['required'] as string[]) : [])
  const isWanted = (name: string): boolean =>
    required.has(name) || depth < options.optionalUntil || (depth === 0 && options.also.includes(name))
  const names = [
    ...Object.keys(properties).filter((name) => isWanted(name)),
    ...[...required].filter((name) => !Object.hasOwn(properties, name)),
  ]
  return Object.fromEntries(
    names.map((name) => [
      name,
      Object.hasOwn(options.known, name)
        ? options.known[name]
        : make(Object.hasOwn(properties, name) ? properties[name] : {}, options, depth + 1),
    ]),
  )
}

function makeArray(schema: Record<string, unknown>, options: Required<ExampleOptions>, depth: number): unknown {
  const first = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : []
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items = {} } = schema as Record<string, number>
  // One shows what an element looks like, where the schema does not forbid it.
  const wanted = Math.min(maxItems, Math.max(first.length, minItems, depth < deepest - 2 ? 1 : 0))
  if ((items as unknown) === false) return first.map((each) => make(each, options, depth + 1))
  return Array.from({ length: wanted }, (_, i) => make(first[i] ?? items, options, depth + 1))
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '12:00:00Z',
  email: 'someone@example.org',
  uri: 'https://example.org/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

function makeText(schema: Record<string, unknown>): string {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, format } = schema as Record<string, number>
  const text = formats[String(format)] ?? 'text'
  return text.padEnd(minLength, '.').slice(0, maxLength)
}

function makeNumber(schema: Record<string, unknown>, isWhole: boolean): number {
  const bound = (name: string): number | undefined =>
    typeof schema[name] === 'number' ? (schema[name] as number) : undefined
  const step = isWhole ? Math.ceil(bound('multipleOf') ?? 1) : (bound('multipleOf') ?? (isWhole ? 1 : undefined))
  const [low, high] = [bound('minimum') ?? bound('exclusiveMinimum'), bound('maximum') ?? bound('exclusiveMaximum')]
  if (step !== undefined) {
    const least = low === undefined ? Math.min(step, high ?? step) : low
    let value = Math.ceil(least / step) * step
    if (value === bound('exclusiveMinimum')) value += step
    if (value === bound('exclusiveMaximum')) value -= step
    return value
  }
  if (low !== undefined && high !== undefined) return (low + high) / 2
  if (low !== undefined) return low + 1
  return high !== undefined ? high - 1 : 1
}
