import { formatBytes, formatCount } from '../../core/index.ts'
import type { CliContext } from '../CliContext.ts'
import { licenseText } from './licenseText.ts'
import { requireModel } from './requireModel.ts'

export async function showModel(
  context: CliContext,
  name: string,
  options: { readonly template?: true; readonly metadata?: true },
): Promise<void> {
  const sanjha = await context.openModels()
  const model = await requireModel(sanjha, name)
  const { out } = context
  if (out.json) {
    out.document(model)
    return
  }
  if (options.template) {
    out.line(model.template ?? '')
    return
  }
  const rows: (readonly [string, string])[] = [
    ['Name', model.name],
    ['Digest', model.digest],
    ['Aliases', model.aliases.join(', ') || '-'],
    ['Format', model.format],
    ['Architecture', model.architecture ?? 'unknown'],
    ['Parameters', model.parameters === null ? 'unknown' : `${formatCount(model.parameters)} (${model.parameters})`],
    ['Quantization', model.quantization ?? 'unknown'],
    ['Size', `${formatBytes(model.size)} (${model.size} bytes)`],
    ['Context', model.contextLength === null ? 'unknown' : `${model.contextLength} tokens`],
    [
      'Memory',
      model.contextBytesPerToken === null
        ? 'unknown'
        : `${formatBytes(model.size)} and ${formatBytes(model.contextBytesPerToken)} per token of context`,
    ],
    [
      'License',
      `${licenseText(model.license)}${model.licenseSource === null ? '' : ` (said by: ${model.licenseSource})`}`,
    ],
    ['Template', model.template === null ? 'none' : `${model.template.length} characters; --template prints it`],
    ['Defaults', Object.keys(model.defaults).length === 0 ? '-' : JSON.stringify(model.defaults)],
    ['Stored', model.modified],
  ]
  for (const [label, value] of rows) out.line(`${label.padEnd(13)} ${value}`)
  out.line('Sources')
  for (const source of model.sources)
    out.line(`  ${source.reference}${source.fetched === null ? ' (not used yet)' : ` (fetched ${source.fetched})`}`)
  out.line('Files')
  for (const file of model.files) out.line(`  ${file.name}  ${formatBytes(file.size)}  ${file.digest}`)
  if (model.catalog !== null) {
    out.line(
      `Catalogue     ${model.catalog.id}${model.catalog.confidence === null ? '' : `, digest ${model.catalog.confidence}`}`,
    )
    if (model.catalog.notes !== null) out.line(`              ${model.catalog.notes}`)
  }
  if (options.metadata) {
    out.line('Metadata')
    for (const [key, value] of Object.entries(model.metadata))
      out.line(`  ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  }
}
