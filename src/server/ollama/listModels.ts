import type { LoadedModel } from '../../engine/index.ts'
import type { ModelSummary } from '../../models/index.ts'
import { json, type Route, route } from '../http/route.ts'
import { psAnswer, tagsAnswer, versionAnswer } from './responseSchemas.ts'
import { bareDigest, parameterSize } from './wire.ts'

/** The Ollama release whose API this follows. Clients compare it with the release they need. */
const apiVersion = '0.13.0'

export const version: Route = route({
  method: 'GET',
  path: '/api/version',
  surface: 'ollama',
  summary: 'Say which release’s API this is',
  response: versionAnswer,
  handle: ({ server }) => json({ version: apiVersion, sanjha: server.sanjha.version }),
})

export const tags: Route = route({
  method: 'GET',
  path: '/api/tags',
  surface: 'ollama',
  summary: 'List the stored models',
  response: tagsAnswer,
  handle: async ({ server }) => json({ models: (await server.sanjha.models.list()).map(tag) }),
})

export const ps: Route = route({
  method: 'GET',
  path: '/api/ps',
  surface: 'ollama',
  summary: 'List the loaded models',
  response: psAnswer,
  handle: async ({ server }) => {
    const stored = await server.sanjha.models.list()
    return json({
      models: server.sanjha.engines.list().map((loaded) =>
        running(
          loaded,
          stored.find((m) => m.name === loaded.model),
        ),
      ),
    })
  },
})

/** What Ollama calls a model's details. */
export function details(
  model: Pick<ModelSummary, 'architecture' | 'parameters' | 'quantization'> & { readonly format?: string },
): object {
  const family = model.architecture ?? ''
  return {
    parent_model: '',
    format: model.format ?? 'gguf',
    family,
    families: family === '' ? [] : [family],
    parameter_size: parameterSize(model.parameters),
    quantization_level: model.quantization ?? '',
  }
}

function tag(model: ModelSummary): object {
  return {
    name: model.name,
    model: model.name,
    modified_at: model.modified,
    size: model.size,
    digest: bareDigest(model.digest),
    details: details(model),
  }
}

function running(loaded: LoadedModel, stored: ModelSummary | undefined): object {
  const architecture = stored?.architecture ?? null
  return {
    name: loaded.model,
    model: loaded.model,
    size: loaded.status?.memoryBytes ?? 0,
    digest: bareDigest(loaded.digest),
    details: details({ architecture, parameters: loaded.parameters, quantization: loaded.quantization }),
    // A model that stays for ever is given the last moment that a clock can show.
    expires_at: loaded.expiresAt ?? '9999-12-31T23:59:59.999Z',
    size_vram: 0,
    context_length: loaded.contextLength,
  }
}
