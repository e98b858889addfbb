import { isObject } from '../../parts/jsonSchema/schemaProblem.ts'

export type Schema = Readonly<Record<string, unknown>>

/** The OpenAPI document, as far as this page reads it. */
export interface OpenApiDocument {
  readonly info: { readonly title: string; readonly version: string }
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly components?: unknown
}

interface OpenApiOperation {
  readonly operationId: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly security?: readonly unknown[]
  readonly parameters?: readonly ParameterFacts[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

export interface ParameterFacts {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required?: boolean
  readonly description?: string
  readonly schema?: Schema
}

/** One thing that can be asked of the server. */
export interface Operation {
  readonly id: string
  readonly method: string
  /** With `{name}` where a parameter goes. */
  readonly path: string
  readonly group: string
  readonly summary: string
  readonly description: string | undefined
  /** Answers without a key where keys are asked for. */
  readonly isPublic: boolean
  readonly parameters: readonly ParameterFacts[]
  readonly body: Schema | undefined
  readonly responses: readonly {
    readonly status: string
    readonly types: readonly string[]
    readonly schema?: Schema
  }[]
  /** May answer bit by bit. */
  readonly streams: boolean
  /** In lower case, what a search looks in. */
  readonly words: string
}

/** All operations, in the order of the document's groups. */
export function readOperations(document: OpenApiDocument): Operation[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, facts]) => readOperation(path, method, facts)),
  )
  const groups = document.tags.map(({ name }) => name)
  return groups.flatMap((group) => operations.filter((operation) => operation.group === group))
}

function readOperation(path: string, method: string, facts: OpenApiOperation): Operation {
  const body = facts.requestBody?.content['application/json']?.schema
  const summary = facts.summary ?? ''
  const fields = isObject(body?.['properties']) ? Object.keys(body['properties']) : []
  const parameters = facts.parameters ?? []
  const responses = Object.entries(facts.responses).map(([status, { content = {} }]) => ({
    status,
    types: Object.keys(content),
    ...(content['application/json']?.schema && { schema: content['application/json'].schema }),
  }))
  return {
    id: facts.operationId,
    method: method.toUpperCase(),
    path,
    group: facts.tags?.[0] ?? '',
    summary,
    description: facts.description,
    isPublic: facts.security?.length === 0,
    parameters,
    body,
    responses,
    streams: responses.some(({ types }) => types.some((type) => /event-stream|ndjson/.test(type))),
    words: [method, path, summary, facts.description, facts.tags?.[0], ...fields, ...parameters.map(({ name }) => name)]
      .join(' ')
      .toLowerCase(),
  }
}

/** Those in which every word of `query` occurs. */
export function searchOperations(operations: readonly Operation[], query: string): readonly Operation[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return words.length === 0 ? operations : operations.filter((each) => words.every((word) => each.words.includes(word)))
}

/** Something is lost by it, so that it is asked for first. */
export const isDestructive = ({ method }: Pick<Operation, 'method'>): boolean => method === 'DELETE'
