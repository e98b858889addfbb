import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testModelPath } from '../../../test/support/testModel.ts'
import { fileSource } from './ByteSource.ts'
import { describeModel, readHeader } from './formats.ts'

interface Fixture {
  readonly parameters: number
  readonly tensors: number
  readonly tensorTypes: Readonly<Record<string, number>>
  readonly weightBytes: number
  readonly dataOffset: number
  readonly keys: number
  readonly scalars: Readonly<Record<string, string | number | boolean>>
  readonly arrays: Readonly<Record<string, number>>
  readonly firstTensor: {
    readonly name: string
    readonly shape: readonly number[]
    readonly offset: number
    readonly bytes: number
  }
  readonly lastTensor: Fixture['firstTensor']
}

const fixture = JSON.parse(
  await readFile(join(import.meta.dirname, 'fixtures', 'smollm2-135m-q4_1.json'), 'utf8'),
) as Fixture

it('reads a real file as llama.cpp’s own reader does', async () => {
  const path = await testModelPath()
  const source = await fileSource(path, 'SmolLM2')
  const header = await readHeader(source)
  await source.close()
  const types: Record<string, number> = {}
  for (const tensor of header.tensors) types[tensor.type] = (types[tensor.type] ?? 0) + 1
  expect(types).toEqual(fixture.tensorTypes)
  expect(header.tensors).toHaveLength(fixture.tensors)
  expect(header.tensors.reduce((sum, t) => sum + t.bytes, 0)).toBe(fixture.weightBytes)
  expect(header.tensors[0]).toMatchObject(fixture.firstTensor)
  expect(header.tensors[0]?.offset).toBe(fixture.dataOffset)
  expect(header.tensors.at(-1)).toMatchObject(fixture.lastTensor)
  expect(Object.keys(header.metadata)).toHaveLength(fixture.keys)
  expect(header.metadata).toMatchObject(fixture.scalars)
  for (const [key, length] of Object.entries(fixture.arrays))
    expect(header.metadata[key], key).toMatchObject({ length })
  expect((await stat(path)).size).toBe(fixture.lastTensor.offset + fixture.lastTensor.bytes)
})

it('tells its facts', async () => {
  const { facts } = await describeModel([{ path: await testModelPath(), name: 'SmolLM2' }])
  expect(facts).toMatchObject({
    architecture: 'llama',
    license: 'Apache-2.0',
    parameters: fixture.parameters,
    // Without the 49,152 × 576 token embeddings, which are the output head too.
    nonEmbeddingParameters: fixture.parameters - 49_152 * 576,
    quantization: 'Q4_1',
    contextLength: 8192,
    embeddingLength: 576,
    layers: 30,
    // 30 layers × 3 heads × (64 + 64) × 2 bytes
    contextBytesPerToken: 23_040,
    tokenizer: { model: 'gpt2', pre: 'smollm', vocabularySize: 49_152, bos: 1, eos: 2 },
  })
  expect(facts.template).toContain('<|im_start|>')
})
