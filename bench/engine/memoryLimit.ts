import { describeModel } from '../../src/models/formats/index.ts'
import type { Arm } from '../method/interleave.ts'
import type { MemoryReader } from './MemoryReader.ts'

/** Bytes that one token behind so many others must at least read: the weights, and keys and values of its history. */
export type BytesPerToken = (depth: number) => number

/**
 * From the header of a GGUF file. A table of embeddings beside an output head of its own does not count: only one row of it is
 * read. Of a mixture of experts all count, so that the limit is too low for those. Keys and values are taken as 16 bit.
 */
export async function bytesPerToken(path: string): Promise<BytesPerToken> {
  const { headers, facts } = await describeModel([{ path, name: 'the model' }])
  const tensors = headers.flatMap((header) => header.tensors)
  const hasHead = tensors.some(({ name }) => name === 'output.weight')
  const weights = tensors
    .filter(({ name }) => !(hasHead && name === 'token_embd.weight'))
    .reduce((sum, { bytes }) => sum + bytes, 0)
  return (depth) => weights + depth * (facts.contextBytesPerToken ?? 0)
}

/** Reads memory once per round, so that the limit is one of the same moments as the speeds that are held against it. */
export function memoryArm(reader: MemoryReader): Arm<'read'> {
  return { name: 'memory', run: async () => ({ read: await reader.speed('read') }) }
}

/** Tokens per second that reading memory allows one stream, per round. */
export function limits(reads: readonly number[], bytes: BytesPerToken, depth: number): number[] {
  return reads.map((read) => read / bytes(depth))
}
