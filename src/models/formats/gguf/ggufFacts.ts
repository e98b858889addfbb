import type { MetadataValue, ModelFacts, ModelHeader, TensorInfo, TokenizerFacts } from '../contract.ts'
import { licenseFromHeader } from '../licenses.ts'
import { contextCost } from './contextCost.ts'
import { fileTypes } from './ggmlTypes.ts'

/** Facts of one GGUF model; the first header of a split one carries the metadata. */
export function ggufFacts(headers: readonly ModelHeader[]): ModelFacts {
  const metadata = headers[0]?.metadata ?? {}
  const tensors = headers.flatMap((h) => h.tensors)
  const architecture = text(metadata['general.architecture'])
  const key = (name: string): MetadataValue | undefined =>
    architecture === null ? undefined : metadata[`${architecture}.${name}`]
  const cost = architecture === null ? { bytesPerToken: null, note: null } : contextCost(architecture, key)
  return {
    architecture,
    name: text(metadata['general.name']),
    license: licenseFromHeader(metadata['general.license'], metadata['general.license.name']),
    parameters: elements(tensors),
    nonEmbeddingParameters: elements(tensors.filter((t) => !isEmbedding(t.name))),
    quantization: quantizationOf(metadata['general.file_type'], tensors),
    contextLength: count(key('context_length')),
    embeddingLength: count(key('embedding_length')),
    layers: count(key('block_count')),
    contextBytesPerToken: cost.bytesPerToken,
    contextNote: cost.note,
    template: text(metadata['tokenizer.chat_template']),
    tokenizer: tokenizerOf(metadata),
  }
}

/** Token and position embeddings, and the output head, which often shares them. */
function isEmbedding(name: string): boolean {
  return /^(?:token_embd|token_types|position_embd|output)\.(?:weight|bias)$/.test(name)
}

function elements(tensors: readonly TensorInfo[]): number {
  return tensors.reduce((sum, t) => sum + t.shape.reduce((product, n) => product * n, 1), 0)
}

/**
 * What `general.file_type` says, if the tensors bear it out; else the type of most of the weights' bytes. A file that
 * says `Q4_K_M` and holds no `Q4_K` was made by a tool that did not update the field.
 */
function quantizationOf(fileType: MetadataValue | undefined, tensors: readonly TensorInfo[]): string | null {
  const bytes = new Map<string, number>()
  // Vectors (norms, biases) stay in full precision in every quantisation.
  for (const tensor of tensors) {
    if (tensor.shape.length > 1) bytes.set(tensor.type, (bytes.get(tensor.type) ?? 0) + tensor.bytes)
  }
  const majority = [...bytes].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? tensors[0]?.type ?? null
  const said = typeof fileType === 'number' ? fileTypes.get(fileType) : undefined
  if (said === undefined) return majority
  // Mixtures such as IQ3_M or Q2_K_S take other types for many tensors, so the family is compared, not the type.
  const family = (type: string): string => /^[A-Z]+\d?/.exec(type)?.[0] ?? type
  const families = new Set([...bytes.keys()].map(family))
  return families.size === 0 || families.has(family(said)) ? said : majority
}

function tokenizerOf(metadata: Readonly<Record<string, MetadataValue>>): TokenizerFacts | null {
  const model = text(metadata['tokenizer.ggml.model'])
  if (model === null) return null
  const tokens = metadata['tokenizer.ggml.tokens']
  return {
    model,
    pre: text(metadata['tokenizer.ggml.pre']),
    vocabularySize: typeof tokens === 'object' ? (tokens as { readonly length: number }).length : null,
    bos: count(metadata['tokenizer.ggml.bos_token_id']),
    eos: count(metadata['tokenizer.ggml.eos_token_id']),
  }
}

function text(value: MetadataValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function count(value: MetadataValue | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
