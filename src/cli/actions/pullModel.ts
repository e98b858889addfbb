import { formatBytes, SanjhaError } from '../../core/index.ts'
import { absoluteReference, type ModelDetails } from '../../models/index.ts'
import type { CliContext } from '../CliContext.ts'
import { followRun } from './followRun.ts'
import { licenseText } from './licenseText.ts'

/** What `pull` would fetch, from where, and how much of it. */
export async function previewPull(context: CliContext, given: string): Promise<void> {
  const reference = absoluteReference(given, context.io.cwd)
  const sanjha = await context.openApp()
  const { out, signal } = context
  const { name, source, files, messages } = await sanjha.models.resolve(reference, { signal })
  const stored = (await sanjha.models.find(reference)) !== undefined
  if (out.json) {
    out.document({ name, source, stored, files })
    return
  }
  for (const message of messages) out.talk(message)
  out.line(`${name} from ${source}`)
  for (const file of files) {
    out.line(
      `  ${file.name}  ${file.size === null ? 'size unknown' : formatBytes(file.size)}  ${file.digest ?? 'no digest is stated'}`,
    )
  }
  out.talk(stored ? 'It is stored already.' : 'Nothing was fetched.')
}

export async function pullModel(context: CliContext, given: string, force: boolean): Promise<void> {
  const reference = absoluteReference(given, context.io.cwd)
  const sanjha = await context.openApp()
  const { out } = context
  const result = await followRun<Pick<ModelDetails, 'name'>>(context, sanjha, {
    kind: 'pull',
    input: { model: reference, force },
    interrupted: 'The pull was interrupted.',
    again: `sanjha pull ${reference}`,
  })
  const model = await sanjha.models.find(result.name)
  if (model === undefined) throw new SanjhaError('internal', `“${result.name}” was pulled, but is not in the store.`)
  if (out.json) {
    const { name, digest, size, format, license, modified } = model
    out.document({ name, digest, size, format, license, modified })
    return
  }
  const license = model.license === null ? 'license unknown' : licenseText(model.license)
  out.line(`${model.name}  ${formatBytes(model.size)}  ${license}  ${model.digest}`)
  out.hint(`sanjha run ${model.name}`)
}
