import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import type { Route, SurfaceName } from './http/route.ts'

const tags: Readonly<Record<SurfaceName, string>> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  ollama: 'Ollama',
  admin: 'Sanjha',
}

const errors: Readonly<Record<SurfaceName, z.ZodType>> = {
  openai: z
    .object({
      error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() }),
    })
    .meta({ id: 'OpenAIError' }),
  anthropic: z
    .object({
      type: z.literal('error'),
      error: z.object({ type: z.string(), message: z.string(), code: z.string() }),
    })
    .meta({ id: 'AnthropicError' }),
  ollama: z.object({ error: z.string(), code: z.string() }).meta({ id: 'OllamaError' }),
  admin: z
    .object({
      error: z.object({
        code: z.string(),
        message: z.string(),
        status: z.int(),
        retryable: z.boolean(),
        hint: z.string().optional(),
        param: z.string().optional(),
        details: z.record(z.string(), z.unknown()).optional(),
      }),
    })
    .meta({ id: 'SanjhaError' }),
}

/** The OpenAPI 3.1 document of all routes, made from the same schemas that check the requests. */
export function createOpenApi(routes: readonly Route[], version: string): unknown {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const route of routes) {
    if (route.isPage) continue
    const path = openApiPath(route.path)
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = operation(route, path)
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Sanjha',
      version,
      description: 'The OpenAI, Anthropic and Ollama APIs, and Sanjha’s own.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{}, { bearer: [] }, { header: [] }],
    tags: Object.values(tags).map((name) => ({ name })),
    paths: paths as ZodOpenApiPathsObject,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        header: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
    },
  })
}

/** `/v1/models/:id{.+}` → `/v1/models/{id}`. */
export function openApiPath(path: string): string {
  return path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')
}

function operation(route: Route, path: string): ZodOpenApiOperationObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const pathParams = z.object(Object.fromEntries(names.map((name) => [name, z.string()])))
  const requestParams = {
    ...(names.length > 0 && { path: pathParams }),
    ...(route.query && { query: route.query }),
  }
  const content: Record<string, { schema: z.ZodType }> = {}
  if (route.response) content['application/json'] = { schema: route.response }
  for (const type of route.produces ?? []) content[type] = { schema: z.string() }
  return {
    operationId: operationId(route, path),
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    tags: [tags[route.surface]],
    ...(route.isPublic && { security: [] }),
    ...(Object.keys(requestParams).length > 0 && { requestParams: requestParams as never }),
    ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    responses: {
      [String(route.status ?? 200)]: { description: 'As asked.', content },
      default: { description: 'Why not.', content: { 'application/json': { schema: errors[route.surface] } } },
    },
  }
}

function operationId(route: Route, path: string): string {
  const words = path
    .replaceAll(/[{}]/g, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
  return [route.method.toLowerCase(), ...words].map((w, i) => (i === 0 ? w : w[0]!.toUpperCase() + w.slice(1))).join('')
}
