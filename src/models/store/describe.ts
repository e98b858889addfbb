import { readFile, stat } from 'node:fs/promises'
import { endianness } from 'node:os'
import { SanjhaError } from '../../core/index.ts'
import type { ModelFormat } from '../contract.ts'
import { describeModel, type MetadataValue, type ModelFacts, summariseMetadata } from '../formats/index.ts'
import type { FileRole } from './contract.ts'

const maxConfigBytes = 16 * 1024 * 1024

/** All that the headers and small files of a model say. */
export interface Description {
  readonly format: ModelFormat
  readonly facts: ModelFacts
  readonly metadata: Readonly<Record<string, MetadataValue>>
}

export interface LocatedFile {
  readonly name: string
  readonly role: FileRole
  readonly path: string
}

/** Reads the headers of a model's files. Errors: `invalid_file`, `unsupported` (a byte order this machine does not have). */
export async function describeFiles(files: readonly LocatedFile[]): Promise<Description> {
  const weights = files.filter((f) => f.role === 'weights').toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const config: Record<string, unknown> = {}
  for (const file of files) {
    if (file.role === 'config' && /^(?:config|tokenizer_config)\.json$/.test(file.name)) {
      Object.assign(config, await readJson(file))
    }
  }
  const { headers, facts } = await describeModel(weights, config)
  const [first] = headers
  if (first === undefined) throw new SanjhaError('invalid_file', 'The model has no weights.')
  const machine = endianness() === 'LE' ? 'little' : 'big'
  if (first.endianness !== machine) {
    throw new SanjhaError(
      'unsupported',
      `${weights[0]?.name} is a ${first.endianness}-endian file; this machine is ${machine}-endian and cannot use it.`,
      { hint: `Look for a ${machine}-endian version of the model.` },
    )
  }
  const template = files.find((f) => f.role === 'template')
  return {
    format: first.format,
    facts: template === undefined ? facts : { ...facts, template: await readText(template) },
    metadata: summariseMetadata(first.metadata),
  }
}

async function readText(file: LocatedFile): Promise<string> {
  if ((await stat(file.path)).size > maxConfigBytes) {
    throw new SanjhaError('invalid_file', `${file.name} is larger than ${maxConfigBytes / 1048576} MiB.`)
  }
  return readFile(file.path, 'utf8')
}

async function readJson(file: LocatedFile): Promise<object> {
  const text = await readText(file)
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch (cause) {
    throw new SanjhaError('invalid_file', `${file.name} is no valid JSON.`, { cause })
  }
}
