import { type ByteSource, fileSource, invalidFile } from './ByteSource.ts'
import type { MetadataValue, ModelFacts, ModelFormatReader, ModelHeader } from './contract.ts'
import { gguf } from './gguf/gguf.ts'
import { safetensors } from './safetensors/safetensors.ts'

/** Every format that Sanjha reads. */
export const formats: readonly ModelFormatReader[] = [gguf, safetensors]

/** The reader whose format these first bytes are; undefined if none. */
export function detectFormat(head: Uint8Array): ModelFormatReader | undefined {
  return formats.find((format) => format.matches(head))
}

/** Reads the header of whatever format the bytes are. Errors: `invalid_file`. */
export async function readHeader(source: ByteSource): Promise<ModelHeader> {
  const head = await source.read(0, Math.min(16, source.size))
  const format = detectFormat(head)
  if (format === undefined) {
    throw invalidFile(source.name, whatItIs(head))
  }
  return format.read(source)
}

/** What people most often get instead of a model, so that they know where to look. */
function whatItIs(head: Uint8Array): string {
  if (head.length === 0) return 'it is empty'
  const text = new TextDecoder('latin1').decode(head).trimStart().toLowerCase()
  if (/^<(!doctype|html|\?xml|head)/.test(text))
    return 'it is a web page, perhaps one that asks to sign in or says an error'
  if (text.startsWith('version https://')) return 'it is a Git LFS pointer, which stands for the real file'
  return 'it begins like neither a GGUF nor a safetensors file'
}

/** What all files of a model say together. */
export interface ModelDescription {
  readonly headers: readonly ModelHeader[]
  readonly facts: ModelFacts
}

/**
 * Reads the headers of all weight files of one model and checks that they belong together.
 * @param files in the order of their parts
 * @param config `config.json` and the like, merged
 * Errors: `invalid_file`.
 */
export async function describeModel(
  files: readonly { readonly path: string; readonly name: string }[],
  config: Readonly<Record<string, unknown>> = {},
): Promise<ModelDescription> {
  const headers: ModelHeader[] = []
  for (const file of files) headers.push(await readHeaderOf(file.path, file.name))
  const [first] = headers
  const name = files[0]?.name ?? 'the model'
  if (first === undefined) throw invalidFile(name, 'it has no weights')
  if (headers.some((h) => h.format !== first.format)) throw invalidFile(name, 'its files are of different formats')
  if (headers.every((h) => h.tensors.length === 0)) throw invalidFile(name, 'it holds no weights')
  if (first.format === 'gguf') checkParts(headers, name)
  const reader = formats.find((f) => f.format === first.format)
  if (reader === undefined) throw invalidFile(name, 'its format is unknown')
  const facts = reader.facts(headers, config)
  if (first.format === 'gguf' && facts.architecture === null) throw invalidFile(name, 'it names no architecture')
  return { headers, facts }
}

export async function readHeaderOf(path: string, name: string): Promise<ModelHeader> {
  const source = await fileSource(path, name)
  try {
    return await readHeader(source)
  } finally {
    await source.close()
  }
}

/** A split GGUF must be complete and in order, and its parts must agree on how many tensors there are. */
function checkParts(headers: readonly ModelHeader[], name: string): void {
  const split = headers[0]?.split ?? null
  if (split === null) {
    if (headers.length > 1) throw invalidFile(name, `it is not split, but comes with ${headers.length} files`)
    return
  }
  if (headers.length !== split.count) {
    throw invalidFile(name, `it is one of ${split.count} parts, of which ${headers.length} are here`)
  }
  headers.forEach((header, index) => {
    if (header.split?.count !== split.count || header.split.index !== index) {
      throw invalidFile(name, 'its parts do not belong together')
    }
  })
  const tensors = headers.reduce((sum, h) => sum + h.tensors.length, 0)
  if (split.tensors !== null && split.tensors !== tensors) {
    throw invalidFile(name, `its parts hold ${tensors} tensors instead of ${split.tensors}`)
  }
}

/** A header's key-values as `show` gives them: arrays of more than 16 elements by type and length, long texts kept. */
export function summariseMetadata(metadata: Readonly<Record<string, MetadataValue>>): Record<string, MetadataValue> {
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, summarise(value)]))
}

function summarise(value: MetadataValue): MetadataValue {
  if (!Array.isArray(value) || value.length <= 16) return value
  return { array: typeof value[0], length: value.length }
}
