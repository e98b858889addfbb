import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allRoutes } from '../src/server/allRoutes.ts'
import { createOpenApi } from '../src/server/openApi.ts'

type Schema = Readonly<Record<string, unknown>>

interface Operation {
  readonly requestBody?: { readonly content: Content }
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[]
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** Sanjha's own API stands at the root of the Lab's; of the others, what the Lab uses. */
const own = '/sanjha/v1'
const others = ['/v1/models']

/**
 * The Lab's types of what the server takes and answers, as a module of TypeScript. Its arrays and properties may be written to,
 * so that they fit wherever a page states a type of its own.
 */
export function labSchema(): string {
  const { paths, components } = createOpenApi(allRoutes, '') as Document
  const used = new Set<string>()
  const write = (schema: Schema, depth: number): string => typeOf(schema, depth, used)
  const entries = Object.entries(paths)
    .filter(([path]) => path.startsWith(`${own}/`) || others.includes(path))
    .map(([path, methods]): [string, [string, string][]] => [
      path.startsWith(`${own}/`) ? path.slice(own.length) : path,
      Object.entries(methods).flatMap(([method, operation]): [string, string][] => {
        const text = operationType(operation, write)
        return text === undefined ? [] : [[method.toUpperCase(), text]]
      }),
    ])
    .filter(([, methods]) => methods.length > 0)
  const api = entries.map(
    ([path, methods]) =>
      `  ${JSON.stringify(path)}: {\n${methods.map(([name, text]) => `    ${name}: ${text}\n`).join('')}  }\n`,
  )
  // Writing one type may bring in others.
  const types = new Map<string, string>()
  for (const name of used) types.set(name, write(components.schemas[name] as Schema, 0))
  const named = [...types]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `export type ${name} = ${text}\n`)
  return `// Made from the server's OpenAPI document: \`npm run docs\`. Nothing here is written by hand.

/** Path behind \`/sanjha/v1\` (or a whole one of the OpenAI surface) → method → what it takes and answers. */
export interface Api {
${api.join('')}}

${named.join('\n')}`
}

/** What an operation takes and answers; undefined where the answer is no JSON, and so nothing to ask for. */
function operationType(operation: Operation, write: (schema: Schema, depth: number) => string): string | undefined {
  const json = (content: Content | undefined): Schema | undefined => content?.['application/json']?.schema
  const [answer] = Object.entries(operation.responses).flatMap(([status, { content }]) =>
    /^2/.test(status) ? [json(content)] : [],
  )
  if (answer === undefined) return undefined
  const body = json(operation.requestBody?.content)
  const queries = (operation.parameters ?? []).filter((each) => each.in === 'query')
  return `{ ${[
    ...(body === undefined ? [] : [`body: ${write(body, 2)}`]),
    ...(queries.length === 0
      ? []
      : [`query: { ${queries.map(({ name, schema }) => `${name}?: ${write(schema ?? {}, 2)}`).join('; ')} }`]),
    `answer: ${write(answer, 2)}`,
  ].join('; ')} }`
}

function typeOf(schema: Schema, depth: number, used: Set<string>): string {
  const inner = (each: unknown): string => typeOf(each as Schema, depth, used)
  const union = (parts: readonly string[]): string => {
    const different = [...new Set(parts)]
    // Whatever else it may be besides anything is anything.
    if (different.includes('unknown')) return 'unknown'
    return different.length === 1 ? (different[0] as string) : `(${different.join(' | ')})`
  }
  const { $ref, type, anyOf, oneOf, allOf } = schema
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) as string
    used.add(name)
    return name
  }
  if ('const' in schema) return JSON.stringify(schema['const'])
  if (Array.isArray(schema['enum'])) return union(schema['enum'].map((value) => JSON.stringify(value)))
  const choices = anyOf ?? oneOf
  if (Array.isArray(choices)) return union(choices.map(inner))
  if (Array.isArray(allOf)) return allOf.map(inner).join(' & ')
  if (Array.isArray(type)) return union(type.map((name) => inner({ ...schema, type: name })))
  switch (type) {
    case 'object':
      return objectType(schema, depth, used)
    case 'array':
      return `${schema['items'] === undefined ? 'unknown' : inner(schema['items'])}[]`
    case 'integer':
      return 'number'
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return type
    default:
      return 'unknown'
  }
}

function objectType(schema: Schema, depth: number, used: Set<string>): string {
  const { properties = {}, additionalProperties } = schema as { properties?: Record<string, Schema> } & Schema
  const required = new Set(schema['required'] as string[] | undefined)
  const rest =
    typeof additionalProperties === 'object' && additionalProperties !== null
      ? typeOf(additionalProperties as Schema, depth, used)
      : undefined
  const indent = '  '.repeat(depth + 1)
  const lines = Object.entries(properties).map(([name, property]) => {
    const about = property['description']
    const comment =
      typeof about === 'string' ? `${indent}/** ${about.replaceAll(/\s+/g, ' ').replaceAll('*/', '* /')} */\n` : ''
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
    return `${comment}${indent}${key}${required.has(name) ? '' : '?'}: ${typeOf(property, depth + 1, used)}\n`
  })
  if (lines.length === 0) return rest === undefined ? 'Record<string, never>' : `Record<string, ${rest}>`
  // Further fields may come; only where all are known is none of them worth asking for.
  const others = rest === undefined ? '' : `${indent}[field: string]: unknown\n`
  return `{\n${lines.join('')}${others}${'  '.repeat(depth)}}`
}

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, '..', 'lab', 'src', 'api', 'schema.ts'), labSchema())
}
