import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { SanjhaError } from '../../../core/index.ts'

/** One file in a ZIP archive (PKWARE APPNOTE 6.3), as its central directory describes it. */
export interface ZipEntry {
  readonly path: string
  readonly method: number
  readonly encrypted: boolean
  readonly compressedSize: number
  readonly size: number
  readonly crc32: number
  /** Where the local header begins. */
  readonly offset: number
}

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const locator64Signature = 0x07064b50
const centralSignature = 0x02014b50
const localSignature = 0x04034b50
/** A wheel's directory is a few kilobytes; more than this is an attack or no archive. */
const largestDirectory = 64 * 1024 * 1024

/** Reads the list of files, from the archive's end; nothing is unpacked. Errors: `invalid_file`. */
export async function listZip(file: FileHandle): Promise<ZipEntry[]> {
  const { size } = await file.stat()
  const end = await findEnd(file, size)
  if (end.directorySize > largestDirectory || end.directoryOffset + end.directorySize > size) {
    throw broken('its directory does not fit into it')
  }
  const directory = await read(file, end.directoryOffset, end.directorySize)
  const entries: ZipEntry[] = []
  for (let at = 0; at < directory.length && entries.length < end.count; ) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== centralSignature)
      throw broken('its directory is damaged')
    const nameLength = directory.readUInt16LE(at + 28)
    const extraLength = directory.readUInt16LE(at + 30)
    const next = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32)
    if (next > directory.length) throw broken('its directory is damaged')
    const flags = directory.readUInt16LE(at + 8)
    const wide = wideFields(directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength), {
      size: directory.readUInt32LE(at + 24),
      compressedSize: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    })
    entries.push({
      path: directory.toString(flags & 0x800 ? 'utf8' : 'latin1', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      encrypted: (flags & 1) !== 0,
      crc32: directory.readUInt32LE(at + 16),
      ...wide,
    })
    at = next
  }
  if (entries.length !== end.count) throw broken('its directory is shorter than it says')
  return entries
}

/** The bytes of one file. The caller checks their number and checksum. Errors: `invalid_file`, `unsupported`. */
export async function openZipEntry(file: FileHandle, entry: ZipEntry): Promise<Readable> {
  if (entry.encrypted) throw new SanjhaError('unsupported', `${entry.path} is encrypted in its archive.`)
  if (entry.method !== 0 && entry.method !== 8) {
    throw new SanjhaError(
      'unsupported',
      `${entry.path} is compressed by a method (${entry.method}) that is not supported.`,
    )
  }
  const header = await read(file, entry.offset, 30)
  if (header.readUInt32LE(0) !== localSignature) throw broken(`the header of ${entry.path} is damaged`)
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  const { size } = await file.stat()
  if (start + entry.compressedSize > size) throw broken(`${entry.path} does not fit into it`)
  if (entry.method === 0 && entry.size !== entry.compressedSize) throw broken(`${entry.path} has two sizes`)
  if (entry.compressedSize === 0) return Readable.from([])
  const packed = file.createReadStream({
    start,
    end: start + entry.compressedSize - 1,
    autoClose: false,
    highWaterMark: 1 << 20,
  })
  if (entry.method === 0) return packed
  const inflate = createInflateRaw({ chunkSize: 1 << 18 })
  packed.once('error', (error) => inflate.destroy(error))
  return packed.pipe(inflate)
}

interface End {
  readonly count: number
  readonly directorySize: number
  readonly directoryOffset: number
}

async function findEnd(file: FileHandle, size: number): Promise<End> {
  // The record is 22 bytes and a comment of up to 65,535.
  const tail = await read(file, Math.max(0, size - 65_557), Math.min(size, 65_557))
  let at = tail.length - 22
  while (at >= 0 && !(tail.readUInt32LE(at) === endSignature && at + 22 + tail.readUInt16LE(at + 20) === tail.length))
    at--
  if (at < 0) throw broken('it is no ZIP archive, or its end is missing')
  const end: End = {
    count: tail.readUInt16LE(at + 10),
    directorySize: tail.readUInt32LE(at + 12),
    directoryOffset: tail.readUInt32LE(at + 16),
  }
  const wide = end.count === 0xffff || end.directorySize === 0xffffffff || end.directoryOffset === 0xffffffff
  if (!wide || at < 20 || tail.readUInt32LE(at - 20) !== locator64Signature) return end
  const record = await read(file, safe(tail.readBigUInt64LE(at - 12)), 56)
  if (record.readUInt32LE(0) !== end64Signature) throw broken('its directory is damaged')
  return {
    count: safe(record.readBigUInt64LE(32)),
    directorySize: safe(record.readBigUInt64LE(40)),
    directoryOffset: safe(record.readBigUInt64LE(48)),
  }
}

/** Sizes of 4 GiB and more stand in an extra field (id 1), in this order, each only where the short field is all ones. */
function wideFields(extra: Buffer, short: { size: number; compressedSize: number; offset: number }): typeof short {
  const result = { ...short }
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === 1) {
      let field = at + 4
      for (const key of ['size', 'compressedSize', 'offset'] as const) {
        if (short[key] !== 0xffffffff) continue
        if (field + 8 > Math.min(at + 4 + length, extra.length)) throw broken('its directory is damaged')
        result[key] = safe(extra.readBigUInt64LE(field))
        field += 8
      }
    }
    at += 4 + length
  }
  return result
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done)
    if (bytesRead === 0) throw broken('it ends too early')
    done += bytesRead
  }
  return buffer
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('it states an impossible size')
  return Number(value)
}

function broken(why: string): SanjhaError {
  return new SanjhaError('invalid_file', `The archive cannot be read: ${why}.`)
}
