import { stat } from 'node:fs/promises'
import { type AdapterConfig, type Config, SanjhaError } from '../core/index.ts'
import type { EngineSource, LlamaSource } from '../engine/index.ts'
import type { ModelDetails, Models } from '../models/index.ts'
import type { Remotes } from './Remotes.ts'

export interface EngineSourcesOptions {
  readonly models: Models
  readonly remotes: Remotes
  readonly adapters: Config['adapters']
}

/**
 * What is behind a model's name: an adapter of the configuration, a remote engine's model (`NAME/MODEL`) or a stored one;
 * undefined when there is nothing. Errors: as `Remotes.source` and `adaptedSource`.
 */
export async function resolveEngineSource(
  name: string,
  { models, remotes, adapters }: EngineSourcesOptions,
): Promise<EngineSource | undefined> {
  const adapter = adapters.find((known) => known.name === name)
  if (adapter !== undefined) return adaptedSource(adapter, models)
  const remote = await remotes.source(name)
  if (remote !== undefined) return remote
  const stored = await models.find(name)
  return stored && localSource(stored)
}

/**
 * The stored model that an adapter was made for, with it. Errors: `invalid_config` for a file that is not there or a name
 * that a stored model has too, `model_not_found` for a model that is not stored.
 */
async function adaptedSource({ name, model, file, scale }: AdapterConfig, models: Models): Promise<LlamaSource> {
  const param = 'model'
  if ((await models.find(name)) !== undefined) {
    throw new SanjhaError(
      'invalid_config',
      `“${name}” is both a stored model and an adapter of the setting \`adapters\`, so it does not say which is meant.`,
      { hint: 'Give the adapter another name.', param },
    )
  }
  const base = await models.find(model)
  if (base === undefined) {
    throw new SanjhaError(
      'model_not_found',
      `The adapter “${name}” (setting \`adapters\`) is for “${model}”, which is not stored.`,
      { hint: `Fetch it: sanjha pull ${model}`, param },
    )
  }
  const stats = await stat(file).catch((cause: unknown) => {
    throw new SanjhaError(
      'invalid_config',
      `The file of the adapter “${name}” (setting \`adapters\`) cannot be read: ${file}.`,
      {
        cause,
        hint: 'A relative path is taken from the folder of the configuration file, in the environment from the working directory.',
        param,
      },
    )
  })
  const source = localSource(base)
  return { ...source, model: name, weightsBytes: source.weightsBytes + stats.size, adapter: { path: file, scale } }
}

function localSource(model: ModelDetails): LlamaSource {
  // The files of a split model, in their order: the engine opens them all, the first one first.
  const parts = model.files.filter((file) => file.name.endsWith('.gguf'))
  const [first] = parts
  if (model.format !== 'gguf' || first === undefined) {
    throw new SanjhaError(
      'unsupported',
      `“${model.name}” is in ${model.format} format, which the embedded engine does not run.`,
      {
        hint: 'Pull the GGUF version of the model.',
        param: 'model',
      },
    )
  }
  return {
    kind: 'llama',
    model: model.name,
    digest: model.digest,
    modelPath: first.path,
    ...(parts.length > 1 && { modelParts: parts.map((part) => part.path) }),
    weightsBytes: model.size,
    contextBytesPerToken: model.contextBytesPerToken,
    contextLength: model.contextLength,
    parameters: model.parameters,
    quantization: model.quantization,
    defaults: model.defaults,
  }
}
