import { crc32, deflateRawSync, gzipSync } from 'node:zlib'

export interface ZipOptions {
  readonly method?: 'stored' | 'deflate'
  /** Sizes after the data instead of before them, as streaming writers do. */
  readonly dataDescriptor?: boolean
  readonly comment?: string
  /** Lies about the size of each file. */
  readonly claimedSize?: number
  readonly encrypted?: boolean
  /** Puts sizes and offsets into the extra field, as for files of 4 GiB and more. */
  readonly zip64?: boolean
}

/** A ZIP archive, made by hand, so that the reader under test is not tested against itself. */
export function makeZip(files: Readonly<Record<string, Uint8Array>>, options: ZipOptions = {}): Buffer {
  const body: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path)
    const packed = options.method === 'stored' ? Buffer.from(content) : deflateRawSync(content)
    const method = options.method === 'stored' ? 0 : 8
    const size = options.claimedSize ?? content.byteLength
    const flags = 0x800 | (options.dataDescriptor ? 8 : 0) | (options.encrypted ? 1 : 0)
    const sum = crc32(content)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt16LE(flags, 6)
    local.writeUInt16LE(method, 8)
    if (!options.dataDescriptor) {
      local.writeUInt32LE(sum, 14)
      local.writeUInt32LE(packed.length, 18)
      local.writeUInt32LE(size, 22)
    }
    local.writeUInt16LE(name.length, 26)
    const descriptor = Buffer.alloc(options.dataDescriptor ? 16 : 0)
    if (options.dataDescriptor) {
      descriptor.writeUInt32LE(0x08074b50, 0)
      descriptor.writeUInt32LE(sum, 4)
      descriptor.writeUInt32LE(packed.length, 8)
      descriptor.writeUInt32LE(size, 12)
    }
    body.push(local, name, packed, descriptor)

    const extra = Buffer.alloc(options.zip64 ? 28 : 0)
    if (options.zip64) {
      extra.writeUInt16LE(1, 0)
      extra.writeUInt16LE(24, 2)
      extra.writeBigUInt64LE(BigInt(size), 4)
      extra.writeBigUInt64LE(BigInt(packed.length), 12)
      extra.writeBigUInt64LE(BigInt(offset), 20)
    }
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(flags, 8)
    central.writeUInt16LE(method, 10)
    central.writeUInt32LE(sum, 16)
    central.writeUInt32LE(options.zip64 ? 0xffffffff : packed.length, 20)
    central.writeUInt32LE(options.zip64 ? 0xffffffff : size, 24)
    central.writeUInt16LE(name.length, 28)
    central.writeUInt16LE(extra.length, 30)
    central.writeUInt32LE(options.zip64 ? 0xffffffff : offset, 42)
    directory.push(central, name, extra)
    offset += local.length + name.length + packed.length + descriptor.length
  }
  const count = Object.keys(files).length
  const list = Buffer.concat(directory)
  const end64 = Buffer.alloc(options.zip64 ? 76 : 0)
  if (options.zip64) {
    end64.writeUInt32LE(0x06064b50, 0)
    end64.writeBigUInt64LE(44n, 4)
    end64.writeBigUInt64LE(BigInt(count), 24)
    end64.writeBigUInt64LE(BigInt(count), 32)
    end64.writeBigUInt64LE(BigInt(list.length), 40)
    end64.writeBigUInt64LE(BigInt(offset), 48)
    end64.writeUInt32LE(0x07064b50, 56)
    end64.writeBigUInt64LE(BigInt(offset + list.length), 64)
    end64.writeUInt32LE(1, 72)
  }
  const comment = Buffer.from(options.comment ?? '')
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(options.zip64 ? 0xffff : count, 8)
  end.writeUInt16LE(options.zip64 ? 0xffff : count, 10)
  end.writeUInt32LE(options.zip64 ? 0xffffffff : list.length, 12)
  end.writeUInt32LE(options.zip64 ? 0xffffffff : offset, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...body, list, end64, end, comment])
}

/** A gzipped tar archive. Long paths become pax records or GNU long names. */
export function makeTarGz(files: Readonly<Record<string, Uint8Array>>, longNames: 'pax' | 'gnu' = 'pax'): Buffer {
  const blocks: Buffer[] = []
  const add = (path: string, type: string, content: Uint8Array): void => {
    const header = Buffer.alloc(512)
    header.write(path.slice(0, 100), 0)
    header.write('0000644\0', 100)
    header.write(`${content.byteLength.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write(type, 156)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    blocks.push(header, Buffer.from(content), Buffer.alloc((512 - (content.byteLength % 512)) % 512))
  }
  for (const [path, content] of Object.entries(files)) {
    if (path.length > 100 && longNames === 'gnu') add('././@LongLink', 'L', Buffer.from(`${path}\0`))
    if (path.length > 100 && longNames === 'pax') add('pax', 'x', Buffer.from(paxRecord('path', path)))
    add(path, '0', content)
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

/** Its first number counts its own digits too. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = rest.length
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return `${length}${rest}`
}
