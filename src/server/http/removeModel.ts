import type { Sanjha } from '../../app/contract.ts'
import { SanjhaError } from '../../core/index.ts'

/**
 * Removes a stored model's name, and unloads the model first: some systems keep a file that is open. A name that is not
 * stored unloads nothing, though a remote engine may serve it. Errors: `model_not_found`, and those of `Models.remove`.
 */
export async function removeModel(
  { config, models, engines }: Pick<Sanjha, 'config' | 'models' | 'engines'>,
  name: string,
): ReturnType<Sanjha['models']['remove']> {
  const stored = await models.find(name)
  if (stored === undefined) throw await notStored(models, name)
  await engines.unload(stored.name)
  // An adapter's engine has the same file open.
  for (const { model, digest } of engines.list()) {
    if (digest === stored.digest && config.adapters.some(({ name }) => name === model)) await engines.unload(model)
  }
  return models.remove(name)
}

/** Says what was perhaps meant. */
export async function notStored(models: Pick<Sanjha['models'], 'suggest'>, name: string): Promise<SanjhaError> {
  const similar = await models.suggest(name)
  return new SanjhaError('model_not_found', `There is no model ${JSON.stringify(name)} in the store.`, {
    hint: similar.length > 0 ? `Did you mean ${similar.join(' or ')}?` : '`sanjha pull MODEL` gets one.',
  })
}
