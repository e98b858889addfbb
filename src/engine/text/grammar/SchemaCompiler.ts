import type { JsonSchema } from '../../contract.ts'
import { literal, type RuleSet } from './gbnf.ts'
import { JsonRules } from './jsonRules.ts'
import { mergeSchemas, type SchemaObject } from './mergeSchemas.ts'
import { decimalRange, integerRange, type NumberBounds } from './numberRange.ts'
import { arrayBody, objectBody } from './objectRules.ts'
import { badSchema, unsupportedKeyword } from './schemaError.ts'
import { annotationKeywords, enforcedKeywords, keywordsOfType } from './schemaKeywords.ts'
import { stringBody } from './stringRules.ts'

const maxNesting = 64
const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']

function typeOfValue(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

/** A step of a reference as the key it stands for. */
function decoded(step: string, path: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    throw badSchema('$ref', path, `has the malformed escape "${step}"`)
  }
}

/** Turns JSON schemas into rules of one grammar. One compiler serves one document, in which `$ref` points. */
export class SchemaCompiler {
  readonly #rules: RuleSet
  readonly #json: JsonRules
  readonly #document: JsonSchema
  readonly #refs = new Map<string, string>()
  #nesting = 0

  constructor(rules: RuleSet, document: JsonSchema, json: JsonRules = new JsonRules(rules)) {
    this.#rules = rules
    this.#document = document
    this.#json = json
  }

  /**
   * @param open references that are being followed without a character having been written since.
   * @returns the name of a rule for the values that the schema allows.
   */
  compile(schema: JsonSchema, path = '#', open: ReadonlySet<string> = new Set()): string {
    if (++this.#nesting > maxNesting) throw badSchema('$ref', path, `is nested more than ${maxNesting} levels deep`)
    try {
      if (schema === true) return this.#json.value()
      if (schema === false) throw badSchema('false', path, 'allows no value at all')
      if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
        throw badSchema('schema', path, 'must be an object or a boolean')
      }
      this.#check(schema, path)
      const reference = schema['$ref']
      if (reference !== undefined && this.#constraints(schema).length === 1)
        return this.#reference(reference, path, open)
      const hint = path.slice(path.lastIndexOf('/') + 1)
      return this.#rules.add(hint, this.#body(this.#flatten(schema, path, open), path, open))
    } finally {
      this.#nesting--
    }
  }

  #check(schema: SchemaObject, path: string): void {
    for (const keyword of Object.keys(schema)) {
      if (annotationKeywords.has(keyword) || enforcedKeywords.has(keyword) || keyword.startsWith('x-')) continue
      throw unsupportedKeyword(keyword, path)
    }
    if (schema['unevaluatedProperties'] !== undefined && schema['unevaluatedProperties'] !== false) {
      throw unsupportedKeyword('unevaluatedProperties', path)
    }
  }

  #constraints(schema: SchemaObject): string[] {
    return Object.keys(schema).filter((keyword) => enforcedKeywords.has(keyword))
  }

  #reference(reference: unknown, path: string, open: ReadonlySet<string>): string {
    if (typeof reference !== 'string') throw badSchema('$ref', path, 'must be a text')
    if (open.has(reference)) throw badSchema('$ref', path, 'leads back to itself without any value in between')
    const known = this.#refs.get(reference)
    if (known !== undefined) return known
    const target = this.#resolve(reference, path)
    const name = this.#rules.reserve(reference.slice(reference.lastIndexOf('/') + 1) || 'whole')
    this.#refs.set(reference, name)
    this.#rules.define(name, this.compile(target, reference, new Set([...open, reference])))
    return name
  }

  #resolve(reference: string, path: string): JsonSchema {
    if (reference !== '#' && !reference.startsWith('#/')) {
      throw unsupportedKeyword('$ref', path, 'only references into the same schema ("#/…") are followed')
    }
    let target: unknown = this.#document
    for (const step of reference.split('/').slice(1)) {
      const key = decoded(step, path).replaceAll('~1', '/').replaceAll('~0', '~')
      target =
        typeof target === 'object' && target !== null && Object.hasOwn(target, key)
          ? (target as SchemaObject)[key]
          : undefined
    }
    if (target === undefined) throw badSchema('$ref', path, `points to "${reference}", which is not there`)
    return target as JsonSchema
  }

  /** Takes `$ref` and `allOf` into the schema itself. */
  #flatten(schema: SchemaObject, path: string, open: ReadonlySet<string>): JsonSchema {
    let result: JsonSchema = schema
    let followed = open
    for (let round = 0; typeof result === 'object' && ('$ref' in result || 'allOf' in result); round++) {
      if (round > maxNesting) throw badSchema('$ref', path, 'leads back to itself without any value in between')
      const { $ref: reference, allOf = [], ...rest }: { [keyword: string]: unknown } = result
      if (!Array.isArray(allOf)) throw badSchema('allOf', path, 'must be a list')
      const parts = [...(allOf as JsonSchema[])]
      if (reference !== undefined) {
        if (typeof reference !== 'string') throw badSchema('$ref', path, 'must be a text')
        if (followed.has(reference)) throw badSchema('$ref', path, 'leads back to itself without any value in between')
        followed = new Set([...followed, reference])
        parts.unshift(this.#resolve(reference, path))
      }
      result = rest
      for (const part of parts) {
        if (typeof part === 'object') this.#check(part, path)
        result = mergeSchemas(result, part, path, annotationKeywords)
      }
    }
    return result
  }

  #body(schema: JsonSchema, path: string, open: ReadonlySet<string>): string {
    if (schema === true) return this.#json.value()
    if (schema === false) throw badSchema('allOf', path, 'allows no value at all')
    const { anyOf, oneOf, nullable, ...rest } = schema
    const branches = anyOf ?? oneOf
    if (branches !== undefined) {
      const others: SchemaObject = anyOf !== undefined && oneOf !== undefined ? { ...rest, oneOf } : rest
      const keyword = anyOf === undefined ? 'oneOf' : 'anyOf'
      if (!Array.isArray(branches) || branches.length === 0)
        throw badSchema(keyword, path, 'must be a list that is not empty')
      // Of `oneOf` exactly one must hold; what is generated follows one, which in sensible schemas excludes the others.
      const alternatives = (branches as JsonSchema[]).map((branch, index) =>
        this.compile(
          this.#constraints(others).length === 0 ? branch : { ...others, allOf: [branch] },
          `${path}/${keyword}/${index}`,
          open,
        ),
      )
      return this.#withNull([...new Set(alternatives)].join(' | '), nullable)
    }
    if ('const' in rest) return this.#withNull(this.#values([rest['const']], rest, 'const', path), nullable)
    if ('enum' in rest) {
      if (!Array.isArray(rest['enum'])) throw badSchema('enum', path, 'must be a list')
      return this.#withNull(this.#values(rest['enum'], rest, 'enum', path), nullable)
    }
    const bodies = this.#types(rest, path).map((type) => this.#ofType(type, rest, path))
    return this.#withNull(bodies.join(' | '), nullable)
  }

  #withNull(body: string, nullable: unknown): string {
    return nullable === true ? `${body} | ${this.#json.null()}` : body
  }

  #values(values: readonly unknown[], schema: SchemaObject, keyword: string, path: string): string {
    const besides = this.#constraints(schema).filter((one) => !['type', 'enum', 'const'].includes(one))
    if (besides[0] !== undefined) throw unsupportedKeyword(besides[0], path, `beside "${keyword}"`)
    const allowed = schema['type'] === undefined ? undefined : this.#types(schema, path)
    const inEnum = (value: unknown): boolean =>
      !Array.isArray(schema['enum']) || schema['enum'].some((one) => JSON.stringify(one) === JSON.stringify(value))
    const fitting = values.filter((value) => {
      const type = typeOfValue(value)
      return (
        inEnum(value) &&
        (allowed === undefined || allowed.includes(type) || (type === 'integer' && allowed.includes('number')))
      )
    })
    if (fitting.length === 0) throw badSchema(keyword, path, 'allows no value at all')
    return [...new Set(fitting.map((value) => literal(JSON.stringify(value))))].join(' | ')
  }

  #types(schema: SchemaObject, path: string): string[] {
    const asked = schema['type']
    if (asked !== undefined) {
      const list = Array.isArray(asked) ? asked : [asked]
      for (const type of list) {
        if (!types.includes(type as string))
          throw badSchema('type', path, `has the unknown value ${JSON.stringify(type)}`)
      }
      if (list.length === 0) throw badSchema('type', path, 'allows no value at all')
      return [...new Set(list as string[])]
    }
    const inferred = [...keywordsOfType].filter(([, keywords]) => keywords.some((one) => schema[one] !== undefined))
    return inferred.length === 0 ? ['any'] : inferred.map(([type]) => type)
  }

  #ofType(type: string, schema: SchemaObject, path: string): string {
    // A character has been written before a member is reached, so references may come round again.
    const member = (inner: JsonSchema, at: string): string => this.compile(inner, at)
    switch (type) {
      case 'any':
        return this.#json.value()
      case 'object': {
        const plain = schema['properties'] === undefined && schema['required'] === undefined
        const open = schema['additionalProperties'] === undefined || schema['additionalProperties'] === true
        const counted = schema['minProperties'] !== undefined || schema['maxProperties'] !== undefined
        if (plain && open && !counted && schema['unevaluatedProperties'] === undefined) return this.#json.object()
        return objectBody(this.#rules, this.#json, schema, path, member)
      }
      case 'array':
        return arrayBody(this.#rules, this.#json, schema, path, member)
      case 'string':
        return stringBody(this.#rules, schema, path, this.#json.char)
      case 'boolean':
        return this.#json.boolean()
      case 'null':
        return this.#json.null()
      default:
        return this.#number(type, schema, path)
    }
  }

  #number(type: string, schema: SchemaObject, path: string): string {
    const bound = (keyword: string): number | undefined => {
      const value = schema[keyword]
      if (value === undefined || typeof value === 'boolean') return undefined
      if (typeof value !== 'number' || !Number.isFinite(value)) throw badSchema(keyword, path, 'must be a number')
      return value
    }
    const multipleOf = bound('multipleOf')
    if (multipleOf !== undefined && !(multipleOf === 1 && type === 'integer'))
      throw unsupportedKeyword('multipleOf', path)
    // Draft 4 wrote `exclusiveMinimum: true` beside `minimum`.
    const [min, max] = [bound('minimum'), bound('maximum')]
    const [above, below] = [bound('exclusiveMinimum'), bound('exclusiveMaximum')]
    const strictMin = schema['exclusiveMinimum'] === true || (above !== undefined && above >= (min ?? above))
    const strictMax = schema['exclusiveMaximum'] === true || (below !== undefined && below <= (max ?? below))
    const low = strictMin ? (above ?? min) : min
    const high = strictMax ? (below ?? max) : max
    if (low === undefined && high === undefined) return type === 'integer' ? this.#json.integer() : this.#json.number()
    const bounds: NumberBounds = {
      ...(low !== undefined && { min: low, exclusiveMin: strictMin }),
      ...(high !== undefined && { max: high, exclusiveMax: strictMax }),
    }
    const bodies = type === 'integer' ? integerRange(bounds) : decimalRange(bounds)
    if (bodies.length === 0) throw badSchema(high === undefined ? 'minimum' : 'maximum', path, 'leaves no number')
    return bodies.join(' | ')
  }
}
