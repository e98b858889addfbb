import type { Sanjha } from '../../app/index.ts'
import { SanjhaError } from '../../core/index.ts'
import type { ModelDetails } from '../../models/index.ts'

/** A stored model, or `model_not_found` with the nearest names. */
export async function requireModel(sanjha: Pick<Sanjha, 'models'>, name: string): Promise<ModelDetails> {
  const model = await sanjha.models.find(name)
  if (model !== undefined) return model
  const near = await sanjha.models.suggest(name)
  throw new SanjhaError('model_not_found', `No model “${name}” is stored here.`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.map((n) => `“${n}”`).join(' or ')}? \`sanjha list\` shows what is stored, \`sanjha pull NAME\` fetches a model.`
        : '`sanjha list` shows what is stored, `sanjha pull NAME` fetches a model.',
  })
}
