import type { ModelFacts, ModelHeader } from '../contract.ts'
import { licenseFromHeader } from '../licenses.ts'

type Config = Readonly<Record<string, unknown>>

/**
 * A safetensors file says little more than its tensors; the rest stands in the `config.json` and
 * `tokenizer_config.json` beside it.
 */
export function safetensorsFacts(headers: readonly ModelHeader[], config: Config): ModelFacts {
  const tensors = headers.flatMap((h) => h.tensors)
  const count = (...keys: string[]): number | null => {
    const value = keys.map((k) => config[k]).find((v) => Number.isSafeInteger(v) && (v as number) >= 0)
    return value === undefined ? null : (value as number)
  }
  const text = (key: string): string | null => {
    const value = config[key]
    return typeof value === 'string' && value !== '' ? value : null
  }
  const elements = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)
  const parameters = tensors.reduce((sum, t) => sum + elements(t.shape), 0)
  const embeddings = tensors.filter((t) =>
    /(?:embed_tokens|embeddings?|wte|wpe|lm_head)\.(?:weight|bias)$/.test(t.name),
  )
  const bytes = new Map<string, number>()
  for (const t of tensors) bytes.set(t.type, (bytes.get(t.type) ?? 0) + t.bytes)
  const layers = count('num_hidden_layers', 'n_layer')
  const heads = count('num_attention_heads', 'n_head')
  const hidden = count('hidden_size', 'n_embd')
  const headDimension = count('head_dim') ?? (hidden !== null && heads ? hidden / heads : null)
  const keyValueHeads = count('num_key_value_heads') ?? heads
  const decoder = !/bert/i.test(text('model_type') ?? '')
  return {
    architecture: text('model_type'),
    name: null,
    license: licenseFromHeader(config['license'] ?? headers[0]?.metadata['license']),
    parameters,
    nonEmbeddingParameters: parameters - embeddings.reduce((sum, t) => sum + elements(t.shape), 0),
    quantization: [...bytes].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? null,
    contextLength: count('max_position_embeddings', 'n_positions'),
    embeddingLength: hidden,
    layers,
    contextBytesPerToken: !decoder
      ? 0
      : layers === null || keyValueHeads === null || headDimension === null
        ? null
        : 2 * layers * keyValueHeads * 2 * headDimension,
    contextNote: decoder ? null : 'an encoder keeps no context',
    template: text('chat_template'),
    tokenizer: null,
  }
}
