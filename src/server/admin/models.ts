import { z } from 'zod'
import { notStored, removeModel as removeStored } from '../http/removeModel.ts'
import { json, type Route, route } from '../http/route.ts'
import { optional } from '../http/schema.ts'
import { startPull } from '../http/startPull.ts'
import { catalogEntries, modelDetails, modelSummaries, modelSummary, removedModel, runRecord } from './schemas.ts'

const base = '/sanjha/v1/models'

export const listModels: Route = route({
  method: 'GET',
  path: base,
  surface: 'admin',
  summary: 'List the stored models',
  response: modelSummaries,
  handle: async ({ server }) => json({ models: await server.sanjha.models.list() }),
})

export const listCatalog: Route = route({
  method: 'GET',
  path: '/sanjha/v1/catalog',
  surface: 'admin',
  summary: 'List the models that are known by a short name',
  response: catalogEntries,
  handle: ({ server }) => json({ models: server.sanjha.models.catalog() }),
})

export const showModel: Route = route({
  method: 'GET',
  path: `${base}/:name`,
  surface: 'admin',
  summary: 'Show one stored model',
  description: 'The name is URL-encoded, also its slashes.',
  response: modelDetails,
  handle: async ({ params, server }) => {
    const name = params['name'] ?? ''
    const model = await server.sanjha.models.find(name)
    if (model === undefined) throw await notStored(server.sanjha.models, name)
    return json(model)
  },
})

const pullBody = z.object({ model: z.string().min(1), force: optional(z.boolean()) })

export const pullModel: Route = route({
  method: 'POST',
  path: `${base}/pull`,
  surface: 'admin',
  summary: 'Start to bring a model into the store',
  description: 'Answers with the run; watch it under `/sanjha/v1/runs/{id}/events`.',
  body: pullBody as z.ZodType<z.output<typeof pullBody>>,
  response: runRecord,
  status: 202,
  handle: (request) => {
    const { model, force } = request.body
    return json(startPull(request, { model, ...(force && { force }) }), 202)
  },
})

export const removeModel: Route = route({
  method: 'DELETE',
  path: `${base}/:name`,
  surface: 'admin',
  summary: 'Remove a name; the bytes go with the last one',
  response: removedModel,
  handle: async ({ params, server }) => json(await removeStored(server.sanjha, params['name'] ?? '')),
})

const copyBody = z.object({ target: z.string().min(1) })

export const copyModel: Route = route({
  method: 'POST',
  path: `${base}/:name/copy`,
  surface: 'admin',
  summary: 'Give a stored model another name',
  body: copyBody as z.ZodType<z.output<typeof copyBody>>,
  response: modelSummary,
  handle: async ({ params, body, server }) => json(await server.sanjha.models.copy(params['name'] ?? '', body.target)),
})
