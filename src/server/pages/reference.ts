import { json, type Route, route } from '../http/route.ts'
import { type Html, html, page } from './html.ts'

export const openApiDocument: Route = route({
  method: 'GET',
  path: '/sanjha/v1/openapi.json',
  surface: 'admin',
  summary: 'This document',
  isPublic: true,
  handle: ({ server }) => json(server.openApi()),
})

export const reference: Route = route({
  method: 'GET',
  path: '/sanjha/v1/reference',
  surface: 'admin',
  summary: 'The API reference as a page',
  produces: ['text/html'],
  isPublic: true,
  handle: ({ server }) => page('Sanjha: API reference', referenceBody(server.openApi() as Document)),
})

interface Schema {
  readonly $ref?: string
  readonly [keyword: string]: unknown
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >
}

interface Document {
  readonly info: { readonly version: string }
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

function referenceBody(document: Document): Html {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  const groups = document.tags.map(({ name }) => ({
    name,
    operations: operations.filter(({ operation }) => operation.tags.includes(name)),
  }))
  return html`<h1>API reference</h1>
<p>Version ${document.info.version}. The same as a machine reads it: <a href="/sanjha/v1/openapi.json">OpenAPI document</a>.
Where the server asks for a key, send <code>Authorization: Bearer KEY</code> or <code>X-Api-Key: KEY</code>.</p>
<nav>${groups.map(
    (group) =>
      html`<h2>${group.name}</h2><ul>${group.operations.map(
        ({ path, method, operation }) => html`<li><a href="#${operation.operationId}">${method} ${path}</a></li>`,
      )}</ul>`,
  )}</nav>
${groups.map(
  (group) =>
    html`<h2>${group.name}</h2>${group.operations.map(({ path, method, operation }) =>
      operationBlock(path, method, operation),
    )}`,
)}
<h2>Schemas</h2>
${Object.entries(document.components?.schemas ?? {}).map(
  ([name, schema]) => html`<h3 id="schema-${name}">${name}</h3><pre>${JSON.stringify(schema, null, 2)}</pre>`,
)}`
}

function operationBlock(path: string, method: string, operation: Operation): Html {
  const { parameters = [], requestBody, responses } = operation
  return html`<section id="${operation.operationId}">
<h3><span class="method">${method}</span> <code>${path}</code></h3>
<p>${operation.summary}. ${operation.description}</p>
${
  parameters.length > 0 &&
  html`<p>Parameters: ${parameters.map((p) => html`<code>${p.name}</code> (${p.in}${p.required ? '' : ', optional'}) `)}</p>`
}
${requestBody && schemaBlock('Request body', requestBody.content['application/json']?.schema)}
${Object.entries(responses).map(([status, { content = {} }]) =>
  Object.entries(content).map(([type, { schema }]) =>
    type === 'application/json'
      ? schemaBlock(status === 'default' ? 'Error' : `Answer ${status}`, schema)
      : html`<p>Answer ${status} may also be <code>${type}</code>.</p>`,
  ),
)}
</section>`
}

function schemaBlock(title: string, schema: Schema | undefined): Html | undefined {
  if (schema === undefined) return undefined
  const name = schema.$ref?.split('/').at(-1)
  if (name !== undefined) return html`<p>${title}: <a href="#schema-${name}">${name}</a></p>`
  return html`<details><summary>${title}</summary><pre>${JSON.stringify(schema, null, 2)}</pre></details>`
}
