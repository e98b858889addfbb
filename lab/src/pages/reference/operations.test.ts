import { expect, it } from 'vitest'
import { type OpenApiDocument, readOperations, searchOperations } from './operations.ts'

const document: OpenApiDocument = {
  info: { title: 'Sanjha', version: '1' },
  tags: [{ name: 'OpenAI' }, { name: 'Sanjha' }],
  paths: {
    '/sanjha/v1/runs': {
      get: {
        operationId: 'getRuns',
        summary: 'List runs',
        tags: ['Sanjha'],
        security: [],
        parameters: [{ name: 'state', in: 'query' }],
        responses: { 200: { content: { 'text/event-stream': {} } } },
      },
    },
    '/v1/chat': {
      post: {
        operationId: 'postChat',
        summary: 'Answer',
        tags: ['OpenAI'],
        requestBody: { content: { 'application/json': { schema: { properties: { seed: {} } } } } },
        responses: { 200: { content: { 'application/json': { schema: { type: 'object' } } } } },
      },
    },
  },
}
const operations = readOperations(document)

it('reads them in the order of their groups', () => {
  expect(operations.map(({ id, isPublic, streams, method }) => ({ id, isPublic, streams, method }))).toEqual([
    { id: 'postChat', isPublic: false, streams: false, method: 'POST' },
    { id: 'getRuns', isPublic: true, streams: true, method: 'GET' },
  ])
})

it.each([
  ['', ['postChat', 'getRuns']],
  ['  SEED ', ['postChat']],
  ['runs list', ['getRuns']],
  ['state', ['getRuns']],
  ['runs seed', []],
])('“%s” finds %j', (query, ids) => {
  expect(searchOperations(operations, query).map(({ id }) => id)).toEqual(ids)
})
