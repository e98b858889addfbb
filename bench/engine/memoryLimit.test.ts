import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeGguf, tinyMetadata, tinyTensors } from '../../src/models/testing/makeGguf.ts'
import { MemoryReader } from './MemoryReader.ts'
import { bytesPerToken, limits, memoryArm } from './memoryLimit.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-limit-'))
})
afterAll(() => rm(folder, { recursive: true }))

const embeddings = 64 * 10 * 4
const others = 64 * 4 + 64 * 3 * 4

it('counts the weights, not the header, and keys and values of the history', async () => {
  const path = join(folder, 'shared.gguf')
  await writeFile(path, makeGguf({ metadata: tinyMetadata, tensors: tinyTensors }))
  const bytes = await bytesPerToken(path)
  // The embeddings are the output head too, so all of them are read.
  expect(bytes(0)).toBe(embeddings + others)
  // Two layers of keys and values, two heads of 16 numbers each, two bytes per number.
  expect(bytes(10) - bytes(0)).toBe(10 * 2 * 2 * 2 * 16 * 2)
})

it('leaves out embeddings beside an output head of its own', async () => {
  const path = join(folder, 'separate.gguf')
  const head = { name: 'output.weight', shape: [64, 10], bytes: embeddings }
  await writeFile(path, makeGguf({ metadata: tinyMetadata, tensors: [...tinyTensors, head] }))
  expect((await bytesPerToken(path))(0)).toBe(embeddings + others)
})

it('divides what was read per second by what a token reads', () => {
  expect(limits([1000, 2000], (depth) => 100 + depth, 100)).toEqual([5, 10])
})

it('reads and copies memory, again and again', async () => {
  await using reader = await MemoryReader.start({ quick: true, threads: 2 })
  const { read } = await memoryArm(reader).run(0)
  const values = [read, await reader.speed('copy'), await reader.speed('copy'), await reader.speed('read')]
  expect(values.every((value) => Number.isFinite(value) && value > 0)).toBe(true)
})
