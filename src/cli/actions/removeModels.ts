import { formatBytes, SanjhaError } from '../../core/index.ts'
import type { CliContext } from '../CliContext.ts'

export async function removeModels(
  context: CliContext,
  names: readonly string[],
  options: { readonly all?: true; readonly ignore?: true },
): Promise<void> {
  if (names.length === 0 && !options.all) {
    throw new SanjhaError('invalid_request', 'Name at least one model, or give --all.', { param: 'argv' })
  }
  const sanjha = await context.openModels()
  const { out } = context
  const targets = options.all ? (await sanjha.models.list()).map((model) => model.name) : [...names]
  const removed: { name: string; freedBytes: number }[] = []
  // All names are looked up before anything is removed: a typing mistake in the last one must not cost the first ones.
  const present: string[] = []
  for (const name of targets) {
    if ((await sanjha.models.find(name)) !== undefined) present.push(name)
    else if (!options.ignore) {
      const near = await sanjha.models.suggest(name)
      throw new SanjhaError('model_not_found', `No model “${name}” is stored here; nothing was removed.`, {
        ...(near.length > 0 && { hint: `Did you mean ${near.map((n) => `“${n}”`).join(' or ')}?` }),
      })
    }
  }
  for (const name of present) {
    const result = await sanjha.models.remove(name)
    removed.push({ name: result.removed, freedBytes: result.freedBytes })
    if (!out.json) out.line(`${result.removed}  ${formatBytes(result.freedBytes)} freed`)
  }
  if (out.json) out.document(removed)
}
