import { json, type Route, route } from '../http/route.ts'
import { loadedModels, unloaded } from './schemas.ts'

export const listLoaded: Route = route({
  method: 'GET',
  path: '/sanjha/v1/loaded',
  surface: 'admin',
  summary: 'List the loaded models and how busy they are',
  response: loadedModels,
  handle: ({ server }) => json({ models: server.sanjha.engines.list() }),
})

export const unloadModel: Route = route({
  method: 'DELETE',
  path: '/sanjha/v1/loaded/:name',
  surface: 'admin',
  summary: 'Unload a model once its requests are done',
  description: 'The name is URL-encoded, also its slashes.',
  response: unloaded,
  handle: async ({ params, server }) => json({ unloaded: await server.sanjha.engines.unload(params['name'] ?? '') }),
})
