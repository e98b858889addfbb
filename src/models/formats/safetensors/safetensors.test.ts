import { describe, expect, it } from 'vitest'
import { makeSafetensors } from '../../testing/makeSafetensors.ts'
import { memorySource } from '../ByteSource.ts'
import { safetensors } from './safetensors.ts'

const tensor = { dtype: 'F32', shape: [2], data_offsets: [0, 8] }
const fileOf = (header: unknown, data = 8): Uint8Array => {
  const text = typeof header === 'string' ? header : JSON.stringify(header)
  return Buffer.concat([makeSafetensors({ tensors: [], header: text }), new Uint8Array(data)])
}

describe('a lie', () => {
  it.each<[string, Uint8Array, string]>([
    ['JSON', fileOf('{"a":'), 'valid JSON'],
    ['an object', fileOf({ a: 7 }), 'no object'],
    ['the type', fileOf({ a: { ...tensor, dtype: 'F128' } }), 'unknown type'],
    ['a type from the prototype', fileOf({ a: { ...tensor, dtype: 'toString' } }), 'unknown type'],
    ['the shape', fileOf({ a: { ...tensor, shape: [-2] } }), 'shape'],
    ['the size', fileOf({ a: { ...tensor, shape: [3] } }), 'need 12'],
    ['the offsets', fileOf({ a: { ...tensor, data_offsets: [0] } }), 'offsets'],
    ['numbers beyond counting', fileOf({ a: { ...tensor, shape: [2 ** 40, 2 ** 40] } }), 'impossibly large'],
    ['tensors that overlap', fileOf({ a: tensor, b: tensor }), 'overlaps'],
    ['a gap', fileOf({ a: { ...tensor, data_offsets: [8, 16] } }, 16), 'gap'],
    ['the length', fileOf({ a: tensor }, 4), 'cut off'],
    ['what comes after', fileOf({ a: tensor }, 9), 'belong to no tensor'],
    ['its metadata', fileOf({ __metadata__: { a: 1 }, a: tensor }), 'strings'],
  ])('about %s is found', async (_, bytes, why) => {
    await expect(safetensors.read(memorySource(bytes, 'm'))).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringContaining(why),
    })
  })
})

it('takes from config.json what the file does not say', async () => {
  const bytes = makeSafetensors({
    tensors: [
      { name: 'model.embed_tokens.weight', dtype: 'BF16', shape: [100, 8] },
      { name: 'model.layers.0.q.weight', dtype: 'BF16', shape: [8, 8] },
    ],
  })
  const header = await safetensors.read(memorySource(bytes))
  const config = {
    model_type: 'llama',
    max_position_embeddings: 4096,
    hidden_size: 8,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    license: 'apache-2.0',
  }
  expect(safetensors.facts([header], config)).toMatchObject({
    architecture: 'llama',
    parameters: 864,
    nonEmbeddingParameters: 64,
    quantization: 'BF16',
    contextLength: 4096,
    contextBytesPerToken: 2 * 2 * 2 * 2 * 2,
    license: 'Apache-2.0',
  })
})
