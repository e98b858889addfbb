import { describe, expect, it } from 'vitest'
import {
  makeGguf,
  type TestGguf,
  type TestTensor,
  type TestValue,
  tinyMetadata,
  tinyTensors,
} from '../../testing/makeGguf.ts'
import { memorySource } from '../ByteSource.ts'
import type { ModelFacts } from '../contract.ts'
import { fileTypes, ggmlTypes } from './ggmlTypes.ts'
import { gguf } from './gguf.ts'

const str = (value: string): TestValue => ({ type: 'string', value })
const u32 = (value: number): TestValue => ({ type: 'u32', value })
const read = (it: TestGguf) => gguf.read(memorySource(makeGguf(it), 'm.gguf'))
const factsOf = async (
  metadata: Record<string, TestValue>,
  tensors: readonly TestTensor[] = tinyTensors,
): Promise<ModelFacts> => gguf.facts([await read({ metadata, tensors })], {})

describe('a header', () => {
  it('is read in both byte orders and both versions, to the same effect', async () => {
    const good = { metadata: tinyMetadata, tensors: tinyTensors }
    const little = await read(good)
    const big = await read({ ...good, bigEndian: true })
    expect(big).toEqual({ ...little, endianness: 'big' })
    expect(await read({ ...good, version: 2 })).toEqual({ ...little, version: 2 })
  })

  it('keeps every type of value, and tells long arrays by type and length', async () => {
    const metadata: Record<string, TestValue> = {
      u8: { type: 'u8', value: 200 },
      i32: { type: 'i32', value: -5 },
      f32: { type: 'f32', value: 0.5 },
      nan: { type: 'f32', value: Number.NaN },
      yes: { type: 'bool', value: 1 },
      u64: { type: 'u64', value: 2 ** 40 },
      text: str('ਸਾਂਝਾ'),
      few: { type: 'u32s', value: [1, 2, 3] },
      many: { type: 'u32s', value: new Array<number>(5000).fill(1) },
      words: { type: 'strings', value: new Array<string>(5000).fill('ab') },
    }
    const header = await read({ metadata, tensors: tinyTensors })
    expect(header.metadata).toEqual({
      u8: 200,
      i32: -5,
      f32: 0.5,
      nan: 'NaN',
      yes: true,
      u64: 2 ** 40,
      text: 'ਸਾਂਝਾ',
      few: [1, 2, 3],
      many: { array: 'uint32', length: 5000 },
      words: { array: 'string', length: 5000 },
    })
  })

  it('honours the alignment that it states', async () => {
    const header = await read({ metadata: tinyMetadata, tensors: tinyTensors, alignment: 4096 })
    expect(header.tensors.map((t) => t.offset % 4096)).toEqual([0, 0, 0])
  })
})

describe('a lie', () => {
  const tensor = (over: Partial<TestTensor>): readonly TestTensor[] => [{ name: 't', shape: [32], bytes: 128, ...over }]
  it.each<[string, TestGguf, string]>([
    ['another version', { version: 4 }, 'version 4'],
    ['version 1', { version: 1 }, 'version 1'],
    ['too many keys', { keyCount: 2 ** 40 }, 'metadata keys'],
    ['too many tensors', { tensorCount: 2 ** 40 }, 'tensors'],
    ['an alignment of zero', { alignment: 0, tensors: [] }, 'power of two'],
    ['an alignment of three', { metadata: { 'general.alignment': u32(3) } }, 'power of two'],
    ['an alignment that is text', { metadata: { 'general.alignment': str('32') } }, 'power of two'],
    ['a type that does not exist', { tensors: tensor({ type: 99 }) }, 'type 99'],
    ['a type that was given up', { tensors: tensor({ type: 4 }) }, 'type 4'],
    ['rows that are no whole blocks', { tensors: tensor({ shape: [33], type: 2, bytes: 18 }) }, 'blocks'],
    ['five dimensions', { tensors: tensor({ shape: [1, 1, 1, 1, 1] }) }, 'dimensions'],
    ['a shape beyond counting', { tensors: tensor({ shape: [2 ** 30, 2 ** 30] }) }, 'impossibly large'],
    ['two tensors of one name', { tensors: [...tensor({}), ...tensor({})] }, 'two tensors'],
    ['tensors that overlap', { tensors: [...tensor({ shape: [64] }), ...tensor({ name: 'u' })] }, 'overlaps'],
    ['a gap between tensors', { tensors: [...tensor({ bytes: 256 }), ...tensor({ name: 'u' })] }, 'gap'],
    ['more weights than the file has', { tensors: tensor({ shape: [4096] }) }, 'cut off'],
    ['a name without end', { tensors: tensor({ name: 'x'.repeat(200) }) }, 'string'],
    [
      'a place beyond the last part',
      { metadata: { 'split.no': u32(2), 'split.count': u32(2) } },
      'place among the parts',
    ],
    ['a key without a name', { metadata: { '': u32(1) } }, 'empty'],
    ['a bool of two', { metadata: { b: { type: 'bool', value: 2 } } }, 'bool'],
  ])('about %s is found', async (_, it, why) => {
    await expect(read({ metadata: tinyMetadata, tensors: tinyTensors, ...it })).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringContaining(why),
    })
  })
})

describe('facts', () => {
  const arch = (architecture: string, keys: Record<string, TestValue>): Record<string, TestValue> => ({
    'general.architecture': str(architecture),
    ...Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${architecture}.${key}`, value])),
  })

  it.each<[string, Record<string, TestValue>, number | null, string | null]>([
    [
      'heads as wide as the embedding allows',
      arch('llama', {
        block_count: u32(2),
        embedding_length: u32(64),
        'attention.head_count': u32(4),
        'attention.head_count_kv': u32(2),
      }),
      2 * 2 * 2 * (16 + 16),
      null,
    ],
    [
      'heads of a stated width, and a sliding window',
      arch('gemma3', {
        block_count: u32(3),
        embedding_length: u32(64),
        'attention.head_count': u32(4),
        'attention.head_count_kv': u32(1),
        'attention.key_length': u32(256),
        'attention.value_length': u32(128),
        'attention.sliding_window': u32(512),
      }),
      3 * 2 * (256 + 128),
      'stop growing at 512',
    ],
    [
      'a hybrid whose state-space layers have no heads',
      arch('granitehybrid', {
        block_count: u32(4),
        embedding_length: u32(64),
        'attention.head_count': u32(4),
        'attention.head_count_kv': { type: 'u32s', value: [0, 0, 2, 0] },
      }),
      2 * 2 * (16 + 16),
      '3 of 4 layers',
    ],
    [
      'an encoder',
      arch('bert', { block_count: u32(6), embedding_length: u32(64), 'attention.head_count': u32(4) }),
      0,
      'encoder',
    ],
    ['a recurrent model', arch('mamba', { block_count: u32(6), 'ssm.state_size': u32(16) }), 0, 'fixed size'],
    [
      'latent attention',
      arch('deepseek2', { block_count: u32(6), 'attention.kv_lora_rank': u32(512) }),
      null,
      'latent',
    ],
    ['a header that does not say', arch('llama', {}), null, null],
    ['layers beyond counting', arch('llama', { block_count: u32(4e9), 'attention.head_count': u32(4) }), null, null],
  ])('cost of the context: %s', async (_, metadata, bytes, note) => {
    const facts = await factsOf(metadata)
    expect(facts.contextBytesPerToken).toBe(bytes)
    if (note === null) expect(facts.contextNote).toBeNull()
    else expect(facts.contextNote).toContain(note)
  })

  it.each<[string, number | null, readonly TestTensor[], string]>([
    ['what the header says', 15, [{ name: 'a', shape: [256, 4], type: 12, bytes: 576 }], 'Q4_K_M'],
    ['the tensors, where it says nothing', null, [{ name: 'a', shape: [256, 4], type: 14, bytes: 840 }], 'Q6_K'],
    ['the tensors, where it says something else', 15, [{ name: 'a', shape: [256, 4], type: 1, bytes: 2048 }], 'F16'],
    ['the tensors, for a number nobody knows', 999, [{ name: 'a', shape: [256, 4], type: 8, bytes: 1088 }], 'Q8_0'],
  ])('quantisation: %s', async (_, fileType, tensors, label) => {
    const metadata = {
      'general.architecture': str('llama'),
      ...(fileType !== null && { 'general.file_type': u32(fileType) }),
    }
    expect((await factsOf(metadata, tensors)).quantization).toBe(label)
  })

  it.each([
    ['apache-2.0', null, 'Apache-2.0'],
    ['llama3.2', null, 'LicenseRef-Llama-3.2-Community'],
    ['other', 'Some Research License 1.0', 'LicenseRef-Some-Research-License-1.0'],
    ['other', null, null],
    ['MIT', null, 'MIT'],
  ])('licence %s (%s) is %s', async (id, name, expected) => {
    const metadata = {
      'general.architecture': str('llama'),
      'general.license': str(id),
      ...(name !== null && { 'general.license.name': str(name) }),
    }
    expect((await factsOf(metadata)).license).toBe(expected)
  })

  it('of the tokenizer', async () => {
    expect((await factsOf({ ...tinyMetadata })).tokenizer).toEqual({
      model: 'gpt2',
      pre: null,
      vocabularySize: 2000,
      bos: null,
      eos: 1,
    })
  })
})

describe('the tables', () => {
  it('have whole blocks and names that occur once', () => {
    const names = [...ggmlTypes.values()].map(([name]) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(fileTypes.values()).size).toBe(fileTypes.size)
    for (const [, block, bytes] of ggmlTypes.values()) expect(block > 0 && bytes > 0).toBe(true)
  })
})
