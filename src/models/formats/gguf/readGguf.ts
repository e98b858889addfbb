import { type ByteSource, invalidFile } from '../ByteSource.ts'
import type { MetadataValue, ModelHeader, TensorInfo } from '../contract.ts'
import { HeaderReader } from '../HeaderReader.ts'
import { ggmlTypes } from './ggmlTypes.ts'

/** More than any model has, and less than would hurt. */
const limits = {
  header: 256 * 1024 * 1024,
  keys: 65_536,
  tensors: 131_072,
  keyBytes: 65_535,
  /** The longest string kept: a chat template is some tens of kilobytes. */
  stringBytes: 8 * 1024 * 1024,
  /** All kept strings together. */
  keptBytes: 32 * 1024 * 1024,
  tensorNameBytes: 63,
  dimensions: 4,
  nesting: 4,
  /** Arrays up to this length are kept (one value per layer must be); longer ones are given by type and length. */
  keptElements: 1_024,
}

const magic = 0x46554747 // "GGUF", little-endian

/** GGUF's value types, by number: name and, where it is fixed, size in bytes. */
const valueTypes: readonly (readonly [name: string, bytes: number | null])[] = [
  ['uint8', 1],
  ['int8', 1],
  ['uint16', 2],
  ['int16', 2],
  ['uint32', 4],
  ['int32', 4],
  ['float32', 4],
  ['bool', 1],
  ['string', null],
  ['array', null],
  ['uint64', 8],
  ['int64', 8],
  ['float64', 8],
]
const stringType = 8
const arrayType = 9

export function isGguf(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x47 && head[1] === 0x47 && head[2] === 0x55 && head[3] === 0x46
}

/**
 * Reads a GGUF header, versions 2 and 3, of either byte order. As strict as llama.cpp: what it would refuse to load is
 * refused here. Errors: `invalid_file`.
 */
export async function readGguf(source: ByteSource): Promise<ModelHeader> {
  const reader = new HeaderReader(source, limits.header)
  const bad = (why: string): never => {
    throw invalidFile(source.name, why)
  }
  await reader.need(24)
  if (reader.u32() !== magic) bad('it does not begin with `GGUF`')
  let version = reader.u32()
  // A version in the upper half is a version of the other byte order: nobody will reach version 65,536.
  if ((version & 0xffff) === 0 && version !== 0) {
    reader.littleEndian = false
    version = swap32(version)
  }
  if (version === 1) bad('it is of GGUF version 1, which is no longer in use')
  if (version < 2 || version > 3) bad(`it is of GGUF version ${version}; versions 2 and 3 are known`)
  const tensorCount = reader.size()
  const keyCount = reader.size()
  // The smallest key-value takes 13 bytes, the smallest tensor 24: a larger count cannot be true.
  if (keyCount > limits.keys || keyCount * 13 > reader.remaining) bad(`it claims to have ${keyCount} metadata keys`)
  if (tensorCount > limits.tensors || tensorCount * 24 > reader.remaining) {
    bad(`it claims to have ${tensorCount} tensors`)
  }

  const metadata = await readMetadata(reader, keyCount, bad)
  const alignment = alignmentOf(metadata, bad)
  const pending: { name: string; type: string; shape: number[]; relative: number; bytes: number }[] = []
  const names = new Set<string>()
  let expected = 0
  for (let i = 0; i < tensorCount; i++) {
    const tensor = await readTensor(reader, bad)
    if (names.has(tensor.name)) bad(`it has two tensors called \`${tensor.name}\``)
    names.add(tensor.name)
    if (tensor.relative % alignment !== 0) bad(`tensor \`${tensor.name}\` is not aligned to ${alignment} bytes`)
    if (tensor.relative !== expected) {
      const how = tensor.relative < expected ? 'overlaps the one before it' : 'leaves a gap before it'
      bad(`tensor \`${tensor.name}\` ${how} (offset ${tensor.relative}, expected ${expected})`)
    }
    expected = align(tensor.relative + tensor.bytes, alignment)
    if (!Number.isSafeInteger(expected)) bad(`tensor \`${tensor.name}\` is impossibly large`)
    pending.push(tensor)
  }
  const dataStart = align(reader.position, alignment)
  const tensors = pending.map(({ relative, ...tensor }): TensorInfo => ({ ...tensor, offset: dataStart + relative }))
  for (const tensor of tensors) {
    if (tensor.offset + tensor.bytes > source.size) {
      bad(
        `it is cut off: tensor \`${tensor.name}\` ends at byte ${tensor.offset + tensor.bytes}, the file at ${source.size}`,
      )
    }
  }
  return {
    format: 'gguf',
    endianness: reader.littleEndian ? 'little' : 'big',
    version,
    metadata: Object.fromEntries(metadata),
    tensors,
    split: splitOf(metadata, bad),
  }
}

type Bad = (why: string) => never

async function readMetadata(reader: HeaderReader, count: number, bad: Bad): Promise<Map<string, MetadataValue>> {
  const metadata = new Map<string, MetadataValue>()
  const kept = { bytes: 0 }
  for (let i = 0; i < count; i++) {
    const key = await readString(reader, limits.keyBytes, kept, bad)
    if (key === '') bad('a metadata key is empty')
    if (metadata.has(key)) bad(`the metadata key \`${key}\` appears twice`)
    await reader.need(4)
    metadata.set(key, await readValue(reader, reader.u32(), kept, 0, bad))
  }
  return metadata
}

async function readValue(
  reader: HeaderReader,
  type: number,
  kept: { bytes: number },
  depth: number,
  bad: Bad,
): Promise<MetadataValue> {
  if (type === stringType) return readString(reader, limits.stringBytes, kept, bad)
  if (type === arrayType) return readArray(reader, kept, depth, bad)
  const size = valueTypes[type]?.[1]
  if (size === undefined || size === null) return bad(`a metadata value is of the unknown type ${type}`)
  await reader.need(size)
  switch (type) {
    case 0:
      return reader.u8()
    case 1:
      return reader.i8()
    case 2:
      return reader.u16()
    case 3:
      return reader.i16()
    case 4:
      return reader.u32()
    case 5:
      return reader.i32()
    case 6:
      return finite(reader.f32())
    case 7: {
      const value = reader.u8()
      if (value > 1) bad('a metadata value of type bool is neither 0 nor 1')
      return value === 1
    }
    case 10:
      return integer(reader.u64())
    case 11:
      return integer(reader.i64())
    default:
      return finite(reader.f64())
  }
}

async function readArray(
  reader: HeaderReader,
  kept: { bytes: number },
  depth: number,
  bad: Bad,
): Promise<MetadataValue> {
  if (depth >= limits.nesting) bad('its metadata is nested too deeply')
  await reader.need(12)
  const type = reader.u32()
  const length = reader.size()
  const known = valueTypes[type] ?? bad(`a metadata array is of the unknown type ${type}`)
  const [name, size] = known
  const smallest = size ?? (type === stringType ? 8 : 12)
  if (length * smallest > reader.remaining) bad(`a metadata array claims to have ${length} elements`)
  if (length <= limits.keptElements) {
    const values: MetadataValue[] = []
    for (let i = 0; i < length; i++) values.push(await readValue(reader, type, kept, depth + 1, bad))
    return values
  }
  if (size !== null) {
    reader.skip(size * length)
  } else {
    for (let i = 0; i < length; i++) {
      if (type === stringType) {
        // The hot loop: a vocabulary has hundreds of thousands of strings.
        if (!reader.has(8)) await reader.need(8)
        reader.skip(reader.size())
      } else {
        await readArray(reader, kept, depth + 1, bad)
      }
    }
  }
  return { array: name, length }
}

async function readString(reader: HeaderReader, limit: number, kept: { bytes: number }, bad: Bad): Promise<string> {
  await reader.need(8)
  const length = reader.size()
  if (length > limit) bad(`a string in its header claims to have ${length} bytes`)
  kept.bytes += length
  if (kept.bytes > limits.keptBytes) bad('the strings in its header are too long')
  await reader.need(length)
  return decoder.decode(reader.bytes(length))
}

async function readTensor(
  reader: HeaderReader,
  bad: Bad,
): Promise<{ name: string; type: string; shape: number[]; relative: number; bytes: number }> {
  const name = await readString(reader, limits.tensorNameBytes, { bytes: 0 }, bad)
  await reader.need(4)
  const dimensions = reader.u32()
  if (dimensions > limits.dimensions) bad(`tensor \`${name}\` has ${dimensions} dimensions`)
  await reader.need(dimensions * 8 + 12)
  const shape: number[] = []
  let elements = 1
  for (let i = 0; i < dimensions; i++) {
    const length = reader.size()
    shape.push(length)
    elements *= length
    if (!Number.isSafeInteger(elements)) bad(`tensor \`${name}\` is impossibly large`)
  }
  const type = reader.u32()
  const [typeName, blockSize, typeSize] =
    ggmlTypes.get(type) ?? bad(`tensor \`${name}\` is of type ${type}, which is unknown or no longer in use`)
  if ((shape[0] ?? 1) % blockSize !== 0) {
    bad(`the rows of tensor \`${name}\` (${shape[0]}) are no whole number of ${typeName} blocks (${blockSize})`)
  }
  const bytes = (elements / blockSize) * typeSize
  const relative = reader.size()
  if (!Number.isSafeInteger(bytes) || !Number.isSafeInteger(relative + bytes)) {
    bad(`tensor \`${name}\` is impossibly large`)
  }
  return { name, type: typeName, shape, relative, bytes }
}

function alignmentOf(metadata: ReadonlyMap<string, MetadataValue>, bad: Bad): number {
  const alignment = metadata.get('general.alignment') ?? 32
  if (typeof alignment !== 'number' || alignment < 1 || alignment > 1 << 24 || (alignment & (alignment - 1)) !== 0) {
    return bad('its alignment is no power of two')
  }
  return alignment
}

function splitOf(metadata: ReadonlyMap<string, MetadataValue>, bad: Bad): ModelHeader['split'] {
  const count = metadata.get('split.count')
  if (count === undefined || count === 0 || count === 1) return null
  const index = metadata.get('split.no')
  const tensors = metadata.get('split.tensors.count')
  if (!isCount(count) || !isCount(index) || index >= count)
    return bad('its place among the parts of a model is malformed')
  return { index, count, tensors: isCount(tensors) ? tensors : null }
}

const decoder = new TextDecoder()
const isCount = (value: MetadataValue | undefined): value is number => Number.isInteger(value) && (value as number) >= 0
const align = (offset: number, alignment: number): number => Math.ceil(offset / alignment) * alignment
/** JSON knows no infinity and no NaN. */
const finite = (value: number): number | string => (Number.isFinite(value) ? value : String(value))
const integer = (value: bigint): number | string => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}
const swap32 = (value: number): number =>
  ((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)
