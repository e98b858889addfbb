import { z } from 'zod'

/** A field that may be absent or null, as clients send it for "not set"; both become undefined. */
export function optional<T extends z.ZodType>(schema: T): z.ZodType<z.output<T> | undefined> {
  return schema.nullish().transform((value) => value ?? undefined)
}

/** The same object without its undefined fields. */
export function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const out: Record<string, unknown> = {}
  for (const key in value) if (value[key] !== undefined) out[key] = value[key]
  return out as { [K in keyof T]?: Exclude<T[K], undefined> }
}

/** A whole number of any size, brought into the 32 bits that samplers take. */
export const seed: z.ZodType<number> = z
  .number()
  .refine(Number.isInteger, 'must be a whole number')
  .transform((value) => ((value % 2 ** 32) + 2 ** 32) % 2 ** 32)

/** How many tokens at most; anything beyond 2³¹ − 1 means the same. */
export const tokenLimit: z.ZodType<number> = z
  .number()
  .refine(Number.isInteger, 'must be a whole number')
  .min(0)
  .transform((value) => Math.min(value, 2 ** 31 - 1))

/** One stop string or several; none of them empty. */
export const stopStrings: z.ZodType<readonly string[]> = z
  .union([
    z
      .string()
      .min(1, 'a stop string must not be empty')
      .transform((text) => [text]),
    z.array(z.string().min(1)).max(64),
  ])
  .meta({ description: 'The answer ends before any of these.' })

const types = new Set(['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'])

/**
 * A JSON Schema as far as one can tell without knowing every keyword: right types where schemas are expected.
 * What the engine cannot turn into a grammar, it refuses itself.
 */
export const jsonSchema: z.ZodType<boolean | { readonly [keyword: string]: unknown }> = z
  .union([z.boolean(), z.record(z.string(), z.unknown())])
  .superRefine((value, context) => {
    const problem = schemaProblem(value, 0)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `is not a JSON Schema: ${problem}` })
  })

function schemaProblem(value: unknown, depth: number): string | undefined {
  if (typeof value === 'boolean') return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'a schema must be an object or a boolean'
  if (depth > 64) return 'it is nested deeper than 64 levels'
  const schema = value as Record<string, unknown>
  const { type } = schema
  if (type !== undefined && ![type].flat().every((name) => typeof name === 'string' && types.has(name))) {
    return `type ${JSON.stringify(type)} is unknown`
  }
  if (schema['enum'] !== undefined && !(Array.isArray(schema['enum']) && schema['enum'].length > 0)) {
    return 'enum must be a list that is not empty'
  }
  if (schema['required'] !== undefined && !isStringArray(schema['required'])) return 'required must be a list of names'
  for (const keyword of ['properties', '$defs', 'definitions', 'patternProperties']) {
    const map = schema[keyword]
    if (map === undefined) continue
    if (typeof map !== 'object' || map === null || Array.isArray(map)) return `${keyword} must be an object`
    for (const inner of Object.values(map)) {
      const problem = schemaProblem(inner, depth + 1)
      if (problem !== undefined) return problem
    }
  }
  for (const keyword of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
    const list = schema[keyword]
    if (list === undefined) continue
    if (!Array.isArray(list) || list.length === 0) return `${keyword} must be a list that is not empty`
    for (const inner of list) {
      const problem = schemaProblem(inner, depth + 1)
      if (problem !== undefined) return problem
    }
  }
  for (const keyword of ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains']) {
    const inner = schema[keyword]
    if (inner === undefined || (keyword === 'items' && Array.isArray(inner))) continue
    const problem = schemaProblem(inner, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

function isStringArray(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
