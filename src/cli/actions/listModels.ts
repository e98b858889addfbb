import { formatAge, formatBytes, formatCount, SanjhaError } from '../../core/index.ts'
import type { CliContext } from '../CliContext.ts'
import { licenseText } from './licenseText.ts'

const sorts: Record<string, 'name' | 'size' | 'modified'> = { name: 'name', size: 'size', modified: 'modified' }

export async function listModels(context: CliContext, sort: string): Promise<void> {
  const field = sorts[sort]
  if (field === undefined) {
    throw new SanjhaError('invalid_request', `--sort takes name, size or modified, not “${sort}”.`, { param: 'argv' })
  }
  const sanjha = await context.openModels()
  const models = (await sanjha.models.list()).toSorted((a, b) =>
    field === 'name' ? compare(a.name, b.name) : field === 'size' ? b.size - a.size : compare(b.modified, a.modified),
  )
  const { out } = context
  if (out.json) {
    out.document(
      models.map(({ name, digest, size, format, license, modified, ...rest }) => ({
        name,
        digest,
        size,
        format,
        license,
        modified,
        ...rest,
      })),
    )
    return
  }
  out.table(
    ['NAME', 'DIGEST', 'SIZE', 'PARAMETERS', 'QUANT', 'LICENSE', 'MODIFIED'],
    models.map((model) => [
      model.name,
      model.digest.slice('sha256:'.length, 'sha256:'.length + 12),
      formatBytes(model.size),
      model.parameters === null ? '-' : formatCount(model.parameters),
      model.quantization ?? '-',
      licenseText(model.license),
      formatAge(Date.parse(model.modified), Date.now()),
    ]),
  )
  if (models.length === 0)
    out.hint('No models yet. `sanjha pull smollm2` fetches a small one; `sanjha list --catalog` shows what is known.')
}

/** By code points: the same order on every machine, and a thousand names sorted without waiting for a language's rules. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export async function listCatalog(context: CliContext): Promise<void> {
  const sanjha = await context.openModels()
  const entries = sanjha.models.catalog()
  const { out } = context
  if (out.json) {
    out.document(entries)
    return
  }
  out.table(
    ['NAME', 'PARAMETERS', 'SIZE', 'CONTEXT', 'LICENSE', 'DIGEST', 'PURPOSE'],
    entries
      .filter((entry) => entry.shortNames.length > 0)
      .map((entry) => {
        const file = entry.files[0]
        return [
          entry.shortNames[0] ?? entry.id,
          entry.parameters ?? '-',
          file?.size ? formatBytes(file.size) : '-',
          entry.contextLength === null ? '-' : String(entry.contextLength),
          licenseText(entry.license),
          file?.confidence ?? 'unknown',
          entry.purpose.join(', '),
        ]
      }),
  )
  out.hint('DIGEST tells how sure the catalogue is of the file’s SHA-256; every pull checks the bytes against it.')
}
