/** What is wrong with a schema, and where (a JSON Pointer). `keyword`: the one that has a wrong value. */
export interface SchemaProblem {
  readonly at: string
  readonly why: 'notSchema' | 'type' | 'list' | 'object' | 'names' | 'depth' | 'reference'
  readonly keyword?: string
}

const types = new Set(['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'])
const maps = ['properties', '$defs', 'definitions', 'patternProperties']
const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
const schemas = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains']
const deepest = 64

/** The first thing in which `value` is no JSON Schema, by the rules of Sanjha's server; undefined where all is well. */
export function schemaProblem(value: unknown): SchemaProblem | undefined {
  return find(value, '', 0, value)
}

function find(value: unknown, at: string, depth: number, root: unknown): SchemaProblem | undefined {
  if (typeof value === 'boolean') return undefined
  if (!isObject(value)) return { at, why: 'notSchema' }
  if (depth > deepest) return { at, why: 'depth' }
  const problem = findHere(value, at, root)
  if (problem !== undefined) return problem
  for (const [keyword, inner] of innerSchemas(value)) {
    const found = find(inner, `${at}/${keyword}`, depth + 1, root)
    if (found !== undefined) return found
  }
  return undefined
}

function findHere(schema: Record<string, unknown>, at: string, root: unknown): SchemaProblem | undefined {
  const wrong = (why: SchemaProblem['why'], keyword: string): SchemaProblem => ({ at, why, keyword })
  const { type, required } = schema
  const isList = (keyword: string): boolean => Array.isArray(schema[keyword]) && schema[keyword].length > 0
  if (type !== undefined && ![type].flat().every((name) => typeof name === 'string' && types.has(name))) {
    return wrong('type', 'type')
  }
  for (const keyword of ['enum', ...lists]) {
    if (schema[keyword] !== undefined && !isList(keyword)) return wrong('list', keyword)
  }
  if (required !== undefined && !(Array.isArray(required) && required.every((name) => typeof name === 'string'))) {
    return wrong('names', 'required')
  }
  for (const keyword of maps) {
    if (schema[keyword] !== undefined && !isObject(schema[keyword])) return wrong('object', keyword)
  }
  const { $ref } = schema
  if ($ref !== undefined && (typeof $ref !== 'string' || resolveReference($ref, root) === undefined)) {
    return wrong('reference', '$ref')
  }
  return undefined
}

/** The schemas directly inside of a schema, with the way to each. */
function innerSchemas(schema: Record<string, unknown>): [string, unknown][] {
  return [
    ...maps.flatMap((keyword) =>
      Object.entries(schema[keyword] ?? {}).map(([name, inner]): [string, unknown] => [
        `${keyword}/${escapePointer(name)}`,
        inner,
      ]),
    ),
    ...lists.flatMap((keyword) =>
      ((schema[keyword] ?? []) as unknown[]).map((inner, i): [string, unknown] => [`${keyword}/${i}`, inner]),
    ),
    ...schemas.flatMap((keyword): [string, unknown][] => {
      const inner = schema[keyword]
      // The old form of `prefixItems`.
      if (inner === undefined || (keyword === 'items' && Array.isArray(inner))) return []
      return [[keyword, inner]]
    }),
  ]
}

/** What `#/…` leads to within `root`; undefined where it leads nowhere, or out of the document. */
export function resolveReference(reference: string, root: unknown): unknown {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let here = root
  for (const part of reference.slice(2).split('/')) {
    let name: string
    try {
      name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    } catch {
      return undefined
    }
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined
    here = (here as Record<string, unknown>)[name]
  }
  return here
}

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
