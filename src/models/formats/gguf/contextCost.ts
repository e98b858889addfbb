import type { MetadataValue } from '../contract.ts'

/** Bytes that one token of context costs, and what that number leaves out. */
export interface ContextCost {
  readonly bytesPerToken: number | null
  readonly note: string | null
}

/** Reads a key of the model's own architecture, e.g. `llama.block_count` for `block_count`. */
export type ArchitectureKey = (key: string) => MetadataValue | undefined

const encoders = new Set([
  'bert',
  'nomic-bert',
  'nomic-bert-moe',
  'jina-bert-v2',
  'jina-bert-v3',
  'modern-bert',
  'neo-bert',
])

/**
 * Keys and values of every layer at 16 bit: `2 bytes × Σ over layers of kvHeads × (keyLength + valueLength)`, as
 * llama.cpp allocates them. Heads may differ by layer (hybrid models have none in their state-space layers).
 * @param architecture `general.architecture`
 */
export function contextCost(architecture: string, key: ArchitectureKey): ContextCost {
  if (encoders.has(architecture)) return { bytesPerToken: 0, note: 'an encoder keeps no context' }
  if (key('attention.kv_lora_rank') !== undefined) {
    return { bytesPerToken: null, note: 'latent attention: the cost depends on the engine' }
  }
  const layers = number(key('block_count'))
  const heads = perLayer(key('attention.head_count'), layers)
  if (layers === null || heads === null) {
    const recurrent = key('ssm.state_size') !== undefined || key('wkv.head_size') !== undefined
    return recurrent && layers !== null
      ? { bytesPerToken: 0, note: 'a recurrent model keeps a state of fixed size' }
      : { bytesPerToken: null, note: null }
  }
  const embedding = number(key('embedding_length'))
  const keyValueHeads = perLayer(key('attention.head_count_kv'), layers) ?? heads
  const mostHeads = Math.max(...heads)
  const fallback = embedding !== null && mostHeads > 0 ? embedding / mostHeads : null
  const keyLength = number(key('attention.key_length')) ?? fallback
  const valueLength = number(key('attention.value_length')) ?? fallback
  if (keyLength === null || valueLength === null) return { bytesPerToken: null, note: null }
  let bytes = 0
  for (const count of keyValueHeads) bytes += 2 * count * (keyLength + valueLength)
  const notes: string[] = []
  const without = keyValueHeads.filter((count) => count === 0).length
  if (without > 0) notes.push(`${without} of ${layers} layers keep a state of fixed size instead`)
  const window = number(key('attention.sliding_window'))
  if (window !== null && window > 0) notes.push(`layers with a sliding window stop growing at ${window} tokens`)
  return { bytesPerToken: Number.isSafeInteger(bytes) ? bytes : null, note: notes.length > 0 ? notes.join('; ') : null }
}

function number(value: MetadataValue | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}

/** One number for all layers, or one each. */
function perLayer(value: MetadataValue | undefined, layers: number | null): number[] | null {
  if (layers === null || layers > 65_536) return null
  const same = number(value)
  if (same !== null) return new Array<number>(layers).fill(same)
  if (!Array.isArray(value)) return null
  const numbers = (value as readonly MetadataValue[]).slice(0, layers).map(number)
  return numbers.length === layers && numbers.every((n) => n !== null) ? numbers : null
}
