import { SanjhaError } from '../core/index.ts'
import type { EngineSource } from '../engine/index.ts'
import type { ModelDetails, Models } from '../models/index.ts'
import type { Remotes } from './Remotes.ts'

export interface EngineSourcesOptions {
  readonly models: Models
  readonly remotes: Remotes
}

/** What is behind a model's name: a remote engine's model (`NAME/MODEL`) or a stored one; undefined when there is nothing. Errors: as `Remotes.source`. */
export async function resolveEngineSource(
  name: string,
  { models, remotes }: EngineSourcesOptions,
): Promise<EngineSource | undefined> {
  const remote = await remotes.source(name)
  if (remote !== undefined) return remote
  const stored = await models.find(name)
  return stored && localSource(stored)
}

function localSource(model: ModelDetails): EngineSource {
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
