import { z } from 'zod'
import { SanjhaError } from '../../../core/index.ts'
import { json, type Route, route } from '../../http/route.ts'
import { responseDeleted, responseItems, responseObject } from './schemas.ts'

const unknown = (id: string): SanjhaError =>
  new SanjhaError('not_found', `There is no response ${JSON.stringify(id)}.`, {
    hint: 'It is unknown, has expired, was deleted, or was not stored.',
  })

export const getResponse: Route = route({
  method: 'GET',
  path: '/v1/responses/:id',
  surface: 'openai',
  summary: 'Read a stored response',
  response: responseObject,
  handle: ({ params, server }) => {
    const id = params['id'] ?? ''
    const stored = server.sanjha.responses.get(id)
    if (stored === undefined) throw unknown(id)
    return json(stored.response)
  },
})

export const deleteResponse: Route = route({
  method: 'DELETE',
  path: '/v1/responses/:id',
  surface: 'openai',
  summary: 'Delete a stored response',
  response: responseDeleted,
  handle: ({ params, server }) => {
    const id = params['id'] ?? ''
    if (!server.sanjha.responses.delete(id)) throw unknown(id)
    return json({ id, object: 'response', deleted: true })
  },
})

interface ItemsQuery {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  readonly after?: string | undefined
}

const itemsQuery: z.ZodType<ItemsQuery> = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional(),
})

export const listInputItems: Route = route({
  method: 'GET',
  path: '/v1/responses/:id/input_items',
  surface: 'openai',
  summary: 'List what a stored response was an answer to',
  query: itemsQuery,
  response: responseItems,
  handle: ({ params, query, server }) => {
    const id = params['id'] ?? ''
    if (server.sanjha.responses.get(id) === undefined) throw unknown(id)
    const { limit, order, after } = query
    const page = server.sanjha.responses.inputItems(id, { limit, order, ...(after !== undefined && { after }) })
    return json({
      object: 'list',
      data: page.items,
      first_id: page.items[0]?.['id'] ?? null,
      last_id: page.items.at(-1)?.['id'] ?? null,
      has_more: page.hasMore,
    })
  },
})
