import { json, type Route, type RouteRequest, route } from '../http/route.ts'
import { type ServedModel, servedModel, servedModels } from '../http/servedModels.ts'
import { modelList, modelObject } from './responseSchemas.ts'

export const listModels: Route = route({
  method: 'GET',
  path: '/v1/models',
  surface: 'openai',
  summary: 'List the models that can be asked',
  description: 'Answers in Anthropic’s form when the request has the header `anthropic-version`.',
  response: modelList,
  handle: async (request) => {
    const models = await servedModels(request.server.sanjha, request.signal)
    if (isAnthropic(request)) {
      return json({
        data: models.map(anthropicModel),
        has_more: false,
        first_id: models[0]?.id ?? null,
        last_id: models.at(-1)?.id ?? null,
      })
    }
    return json({ object: 'list', data: models.map(openaiModel) })
  },
})

export const getModel: Route = route({
  method: 'GET',
  path: '/v1/models/:id{.+}',
  surface: 'openai',
  summary: 'Show one model',
  response: modelObject,
  handle: async (request) => {
    const model = await servedModel(request.server.sanjha, request.params['id'] ?? '', request.signal)
    return json(isAnthropic(request) ? anthropicModel(model) : openaiModel(model))
  },
})

/** Both clients ask the same path; this header is what tells them apart. */
function isAnthropic(request: RouteRequest): boolean {
  return request.headers.has('anthropic-version')
}

function openaiModel(model: ServedModel): object {
  return {
    id: model.id,
    object: 'model',
    created: model.created,
    owned_by: model.owner,
    root: model.parent ?? model.id,
    parent: model.parent ?? null,
    max_model_len: model.contextLength,
  }
}

function anthropicModel(model: ServedModel): object {
  return {
    type: 'model',
    id: model.id,
    display_name: model.id,
    created_at: new Date(model.created * 1000).toISOString(),
  }
}
