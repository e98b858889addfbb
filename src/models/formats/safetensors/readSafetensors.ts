import { type ByteSource, invalidFile } from '../ByteSource.ts'
import type { MetadataValue, ModelHeader, TensorInfo } from '../contract.ts'
import { HeaderReader } from '../HeaderReader.ts'

/** The format allows 100 MB; the largest models need about one. */
const maxHeaderBytes = 32 * 1024 * 1024
const maxDimensions = 16

/** Bits per element. */
const elementBits: Readonly<Record<string, number>> = {
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
  C64: 64,
}

export function isSafetensors(head: Uint8Array): boolean {
  // Eight bytes of length, of which no real header needs the upper four, then a JSON object.
  return head.length >= 9 && head[8] === 0x7b && head.subarray(4, 8).every((byte) => byte === 0)
}

/**
 * Reads a safetensors header. The tensors must fill the rest of the file exactly, without overlap or gap, as the
 * format asks. Errors: `invalid_file`.
 */
export async function readSafetensors(source: ByteSource): Promise<ModelHeader> {
  const reader = new HeaderReader(source, maxHeaderBytes + 8)
  const bad = (why: string): never => {
    throw invalidFile(source.name, why)
  }
  await reader.need(8)
  const length = reader.size()
  if (length > reader.remaining) bad(`it claims to have a header of ${length} bytes, and is shorter`)
  await reader.need(length)
  const entries = parseObject(new TextDecoder().decode(reader.bytes(length)), bad)
  const dataStart = 8 + length

  let metadata: Record<string, MetadataValue> = {}
  const tensors: TensorInfo[] = []
  for (const [name, value] of Object.entries(entries)) {
    if (name === '__metadata__') metadata = readMetadata(value, bad)
    else tensors.push(readTensor(name, value, dataStart, bad))
  }
  let end = dataStart
  for (const tensor of tensors.toSorted((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (tensor.offset !== end) {
      bad(`tensor \`${tensor.name}\` ${tensor.offset < end ? 'overlaps another' : 'leaves a gap before it'}`)
    }
    end = tensor.offset + tensor.bytes
  }
  if (end > source.size) bad(`it is cut off: its tensors end at byte ${end}, the file at ${source.size}`)
  if (end < source.size) bad(`it has ${source.size - end} bytes that belong to no tensor`)
  return { format: 'safetensors', endianness: 'little', version: null, metadata, tensors, split: null }
}

type Bad = (why: string) => never

function parseObject(json: string, bad: Bad): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return bad('its header is no valid JSON')
  }
  return isRecord(value) ? value : bad('its header is no JSON object')
}

function readMetadata(value: unknown, bad: Bad): Record<string, MetadataValue> {
  if (!isRecord(value)) return bad('its `__metadata__` is no object')
  const pairs = Object.entries(value)
  if (!pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string')) {
    return bad('its `__metadata__` holds something other than strings')
  }
  return Object.fromEntries(pairs)
}

function readTensor(name: string, value: unknown, dataStart: number, bad: Bad): TensorInfo {
  if (!isRecord(value)) return bad(`tensor \`${name}\` is no object`)
  const { dtype, shape, data_offsets: offsets } = value
  const bits = typeof dtype === 'string' && Object.hasOwn(elementBits, dtype) ? elementBits[dtype] : undefined
  if (typeof dtype !== 'string' || bits === undefined) {
    return bad(`tensor \`${name}\` is of the unknown type ${JSON.stringify(dtype)?.slice(0, 40)}`)
  }
  if (!isCounts(shape) || shape.length > maxDimensions) return bad(`the shape of tensor \`${name}\` is malformed`)
  if (!isCounts(offsets) || offsets.length !== 2) return bad(`the offsets of tensor \`${name}\` are malformed`)
  const [from = 0, to = 0] = offsets
  const elements = shape.reduce((product, n) => product * n, 1)
  if (!Number.isSafeInteger(elements * bits)) return bad(`tensor \`${name}\` is impossibly large`)
  if (to - from !== (elements * bits) / 8) {
    return bad(`tensor \`${name}\` has ${to - from} bytes, its shape and type need ${(elements * bits) / 8}`)
  }
  return { name, type: dtype, shape, offset: dataStart + from, bytes: to - from }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)
}
