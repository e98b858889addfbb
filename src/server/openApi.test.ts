import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { allRoutes } from './allRoutes.ts'
import { openApiPath } from './openApi.ts'
import { type Json, type TestServer, testServer } from './testing/testServer.ts'

let t: TestServer
let document: Json
beforeAll(async () => {
  t = testServer()
  document = (await t.json('GET', '/sanjha/v1/openapi.json')).body
})
afterAll(() => t.close())

it('the document is OpenAPI 3.1', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  expect(validator.version).toBe('3.1')
})

it('it describes every route there is, once', () => {
  const described = Object.entries(document.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const served = allRoutes.filter((r) => !r.isPage).map((r) => `${r.method} ${openApiPath(r.path)}`)
  expect(described.toSorted()).toEqual(served.toSorted())
  expect(new Set(served).size).toBe(served.length)
  const ids = Object.values(document.paths as Record<string, Record<string, Json>>).flatMap((m) =>
    Object.values(m).map((o) => o.operationId),
  )
  expect(new Set(ids).size).toBe(ids.length)
})

it('every reference in it leads somewhere', () => {
  const text = JSON.stringify(document)
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    expect(document.components.schemas).toHaveProperty(name!)
  }
  for (const [, ref] of text.matchAll(/"\$ref":"([^"]+)"/g)) expect(ref).toMatch(/^#\/components\/schemas\//)
})

it('a request body says what its fields are', () => {
  const schema = document.paths['/v1/chat/completions'].post.requestBody.content['application/json'].schema
  expect(schema.properties).toHaveProperty('messages')
  expect(schema.properties.temperature).toMatchObject({ description: expect.stringContaining('most probable') })
  expect(schema.required).toEqual(['messages'])
})

it('the reference page names every path, and loads and runs nothing', async () => {
  const response = await t.request('GET', '/sanjha/v1/reference')
  const page = await response.text()
  for (const path of Object.keys(document.paths)) expect(page).toContain(`<code>${path}</code>`)
  expect(page).not.toMatch(/<script|\ssrc=|url\(|@import/)
  expect(page.replaceAll(/href="(#|\/)[^"]*"/g, '')).not.toContain('href=')
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
})
