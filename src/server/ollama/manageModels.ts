import { z } from 'zod'
import { modelCapabilities } from '../../app/index.ts'
import type { ModelDetails } from '../../models/index.ts'
import { notStored, removeModel } from '../http/removeModel.ts'
import { json, type Route, route } from '../http/route.ts'
import { optional } from '../http/schema.ts'
import { details } from './listModels.ts'
import { modelField } from './modelField.ts'
import { emptyAnswer, showAnswer } from './responseSchemas.ts'

const showBody: z.ZodType<{ readonly model: string; readonly verbose: boolean | undefined }> = z.intersection(
  modelField,
  z.object({ verbose: optional(z.boolean()) }),
)

export const show: Route = route({
  method: 'POST',
  path: '/api/show',
  surface: 'ollama',
  summary: 'Show a stored model',
  anyContentType: true,
  body: showBody,
  response: showAnswer,
  handle: async ({ body, server }) => {
    const { models } = server.sanjha
    const model = await models.find(body.model)
    if (model === undefined) throw await notStored(models, body.model)
    return json({
      modelfile: modelfile(model),
      parameters: parameters(model),
      template: model.template ?? '',
      system: model.defaults.system ?? '',
      license: model.license ?? '',
      details: details(model),
      model_info: model.metadata,
      capabilities: capabilities(model),
      modified_at: model.modified,
    })
  },
})

export const remove: Route = route({
  method: 'DELETE',
  path: '/api/delete',
  surface: 'ollama',
  summary: 'Remove a stored model',
  anyContentType: true,
  body: modelField,
  response: emptyAnswer,
  handle: async ({ body, server }) => {
    await removeModel(server.sanjha, body.model)
    return json({})
  },
})

const copyBody = z.object({ source: z.string().min(1), destination: z.string().min(1) })

export const copy: Route = route({
  method: 'POST',
  path: '/api/copy',
  surface: 'ollama',
  summary: 'Give a stored model another name',
  anyContentType: true,
  body: copyBody as z.ZodType<z.output<typeof copyBody>>,
  response: emptyAnswer,
  handle: async ({ body, server }) => {
    await server.sanjha.models.copy(body.source, body.destination)
    return json({})
  },
})

/** In the words that Ollama has. */
function capabilities(model: ModelDetails): string[] {
  return modelCapabilities(model).flatMap((word) => (word === 'chat' ? [] : word === 'rerank' ? ['embedding'] : [word]))
}

function parameters(model: ModelDetails): string {
  const { temperature, topK, topP, minP, repeatPenalty } = model.defaults
  const lines = Object.entries({ temperature, top_k: topK, top_p: topP, min_p: minP, repeat_penalty: repeatPenalty })
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(30)} ${value}`)
    .join('\n')
}

function modelfile(model: ModelDetails): string {
  const lines = [`FROM ${model.sources[0]?.reference ?? model.name}`]
  if (model.defaults.system) lines.push(`SYSTEM """${model.defaults.system}"""`)
  for (const line of parameters(model).split('\n').filter(Boolean)) lines.push(`PARAMETER ${line.replace(/ +/, ' ')}`)
  return lines.join('\n')
}
