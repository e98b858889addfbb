import { join } from 'node:path'
import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import { type AcquireOptions, engineLogName } from '../../engine/index.ts'
import { lastLines } from '../http/lastLines.ts'
import { notStored } from '../http/removeModel.ts'
import { json, type Route, route } from '../http/route.ts'
import { defined, optional } from '../http/schema.ts'
import { keepAlive } from '../ollama/options.ts'
import { logLines } from './modelSchemas.ts'
import { loadedModel, loadedModels, unloaded } from './schemas.ts'

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

interface LoadBody {
  readonly model: string
  readonly acquire: AcquireOptions
}

const loadBody: z.ZodType<LoadBody> = z
  .object({
    model: z.string().min(1),
    contextLength: optional(
      z
        .number()
        .int()
        .min(1)
        .max(2 ** 31 - 1),
    ).meta({ description: 'Tokens per request. Absent: chosen from the model and the memory.' }),
    keepAlive: optional(keepAlive).meta({
      description: 'How long it stays after its last request, such as `5m`; a number is seconds, −1 is for ever.',
    }),
  })
  .transform(({ model, contextLength, keepAlive }) => ({
    model,
    acquire: defined({ load: contextLength && { contextLength }, keepAliveMs: keepAlive }) as AcquireOptions,
  }))

export const loadModel: Route = route({
  method: 'POST',
  path: '/sanjha/v1/loaded',
  surface: 'admin',
  summary: 'Load a model',
  description: 'Answers once it is loaded. A loading goes on although its caller left.',
  body: loadBody,
  response: loadedModel,
  status: 201,
  handle: async ({ body, server, signal }) => {
    const { engines } = server.sanjha
    if (body.acquire.keepAliveMs === 0) {
      throw new SanjhaError('invalid_request', 'A model that is to stay for no time at all is not loaded.', {
        param: 'keepAlive',
        hint: 'Leave keepAlive out, or DELETE /sanjha/v1/loaded/{name} to unload it.',
      })
    }
    const lease = await engines.acquire(body.model, body.acquire, signal)
    lease.release()
    const loaded = engines.list().find(({ model, state }) => model === lease.model && state === 'ready')
    if (loaded !== undefined) return json(loaded, 201)
    throw new SanjhaError('conflict', `${lease.model} was loaded, and somebody unloaded it at once.`, {
      hint: 'Try again.',
    })
  },
})

const logQuery: z.ZodType<{ readonly lines: number }> = z.object({
  lines: z.coerce.number().int().min(1).max(2000).default(200),
})

export const engineLog: Route = route({
  method: 'GET',
  path: '/sanjha/v1/loaded/:name/log',
  surface: 'admin',
  summary: 'Show the last lines of a model’s engine log',
  description: 'Also after a model was unloaded or could not be loaded.',
  query: logQuery,
  response: logLines,
  handle: async ({ params, query, server }) => {
    const { engines, models, paths, config } = server.sanjha
    const name = params['name'] ?? ''
    const stored = await models.find(name)
    const model = stored?.name ?? name
    const loaded = engines.list().find((each) => each.model === model)
    const isAdapter = config.adapters.some((adapter) => adapter.name === model)
    if (loaded === undefined && stored === undefined && !isAdapter) throw await notStored(models, name)
    if (loaded !== undefined && loaded.engine !== 'llama') {
      throw new SanjhaError('unsupported', `${model} runs at ${loaded.engine}, which keeps its log to itself.`, {
        hint: 'Look at the log of that server.',
      })
    }
    const file = loaded?.logFile ?? join(paths.logs, engineLogName(model))
    return json({ lines: await lastLines(file, query.lines) })
  },
})
