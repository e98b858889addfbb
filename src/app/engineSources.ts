import { readFile } from 'node:fs/promises'
import { type Config, SanjhaError } from '../core/index.ts'
import type { EngineSource } from '../engine/index.ts'
import type { ModelDetails, Models } from '../models/index.ts'

export interface EngineSourcesOptions {
  readonly config: Config
  readonly models: Models
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What is behind a model's name: a remote engine's model (`NAME/MODEL`) or a stored one; undefined when there is nothing. */
export async function resolveEngineSource(
  name: string,
  options: EngineSourcesOptions,
): Promise<EngineSource | undefined> {
  const remote = await remoteSource(name, options)
  if (remote !== undefined) return remote
  const stored = await options.models.find(name)
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

async function remoteSource(name: string, { config, env }: EngineSourcesOptions): Promise<EngineSource | undefined> {
  const slash = name.indexOf('/')
  const remote = slash === -1 ? undefined : config.remotes.find((known) => known.name === name.slice(0, slash))
  if (remote === undefined) return undefined
  const remoteModel = name.slice(slash + 1)
  if (remoteModel === '' || (remote.models !== undefined && !remote.models.includes(remoteModel))) {
    throw new SanjhaError(
      'model_not_found',
      `The remote engine “${remote.name}” is not configured for a model “${remoteModel}”.`,
      {
        hint: remote.models === undefined ? `Write ${remote.name}/MODEL.` : `It has: ${remote.models.join(', ')}.`,
        param: 'model',
      },
    )
  }
  const apiKey = await readKey(remote, env)
  return {
    kind: 'remote',
    model: name,
    digest: null,
    remote: remote.name,
    baseUrl: remote.baseUrl,
    remoteModel,
    ...(apiKey !== undefined && { apiKey }),
  }
}

/** The key of a remote, from the environment or its file. Read anew each time, so that a rotated key is taken. Never log it. */
export async function readKey(
  remote: Config['remotes'][number],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (remote.apiKeyEnv !== undefined) {
    const key = env[remote.apiKeyEnv]?.trim()
    if (key) return key
    throw new SanjhaError(
      'invalid_config',
      `The key of the remote engine “${remote.name}” is to be in ${remote.apiKeyEnv}, which is not set.`,
      {
        hint: `Set ${remote.apiKeyEnv} in the environment of this program.`,
      },
    )
  }
  if (remote.apiKeyFile === undefined) return undefined
  try {
    return (await readFile(remote.apiKeyFile, 'utf8')).split('\n')[0]?.trim()
  } catch (cause) {
    throw new SanjhaError(
      'invalid_config',
      `The key file of the remote engine “${remote.name}” cannot be read: ${remote.apiKeyFile}.`,
      { cause },
    )
  }
}
