import { expect, test } from 'vitest'
import { fileRole, partNames, splitPart } from './fileRole.ts'
import { preferredFile, quantizationOf } from './quantization.ts'

test.each([
  ['granite-4.0-350m-Q4_K_M.gguf', 'Q4_K_M'],
  ['SmolLM2-135M-Instruct.Q4_1.gguf', 'Q4_1'],
  ['model-q8_0-00001-of-00002.gguf', 'Q8_0'],
  ['folder-Q2_K/m-IQ4_XS.gguf', 'IQ4_XS'],
  ['gpt-oss-20b-mxfp4.gguf', 'MXFP4'],
  ['m-F16.gguf', 'F16'],
  ['m.bf16.gguf', 'BF16'],
  ['granite-Q4-tuned.gguf', 'Q4'],
  ['qwen3-4b.gguf', null],
  ['iq-test.gguf', null],
])('%s is of %s', (path, quantization) => {
  expect(quantizationOf(path)).toBe(quantization)
})

test('preference', () => {
  const choose = (...paths: string[]) => preferredFile(paths.map((path) => ({ path })))?.path
  expect(choose('m-Q8_0.gguf', 'm-Q4_K_M.gguf', 'm-Q2_K.gguf')).toBe('m-Q4_K_M.gguf')
  expect(choose('m-F16.gguf', 'm-Q8_0.gguf')).toBe('m-Q8_0.gguf')
  expect(choose('m.gguf')).toBe('m.gguf')
  expect(choose()).toBeUndefined()
})

test('parts', () => {
  const part = splitPart('m-Q4_0-00002-of-00003.gguf')!
  expect(part).toEqual({ base: 'm-Q4_0', index: 2, count: 3 })
  expect(partNames(part.base, 2)).toEqual(['m-Q4_0-00001-of-00002.gguf', 'm-Q4_0-00002-of-00002.gguf'])
  expect(splitPart('m-1-of-2.gguf')).toBeNull()
})

test.each([
  ['m.gguf', 'weights'],
  ['mmproj-m-F16.gguf', 'projector'],
  ['sub/model.safetensors', 'weights'],
  ['model.safetensors.index.json', 'config'],
  ['chat_template.jinja', 'template'],
  ['LICENSE.txt', 'license'],
  ['README.md', 'doc'],
  ['pytorch_model.bin', null],
  ['train.py', null],
])('%s is %s', (name, role) => {
  expect(fileRole(name)).toBe(role)
})
