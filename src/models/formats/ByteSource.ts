import { open } from 'node:fs/promises'
import { SanjhaError } from '../../core/index.ts'

/** Bytes that are read in pieces. Headers are read through this, so that a test can serve them from memory. */
export interface ByteSource {
  /** What to call it in an error. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Reads exactly `length` bytes from `offset`. Errors: `invalid_file` when there are fewer. */
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

export function memorySource(bytes: Uint8Array, name = 'file'): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    read: async (offset, length) => {
      if (offset + length > bytes.byteLength) throw truncated(name)
      return bytes.subarray(offset, offset + length)
    },
    close: async () => undefined,
  }
}

export async function fileSource(path: string, name: string): Promise<ByteSource> {
  const handle = await open(path, 'r')
  const { size } = await handle.stat()
  return {
    name,
    size,
    read: async (offset, length) => {
      const buffer = new Uint8Array(length)
      let done = 0
      while (done < length) {
        const { bytesRead } = await handle.read(buffer, done, length - done, offset + done)
        if (bytesRead === 0) throw truncated(name)
        done += bytesRead
      }
      return buffer
    },
    close: () => handle.close(),
  }
}

function truncated(name: string): SanjhaError {
  return invalidFile(name, 'it ends in the middle of its header')
}

/** The one error of every format: what is wrong with which file. */
export function invalidFile(name: string, why: string): SanjhaError {
  return new SanjhaError('invalid_file', `${name} is not a model file that can be used: ${why}.`, {
    hint: 'The file may be cut off or damaged. Fetch it again, and compare its digest with the one its publisher states.',
    details: { file: name, reason: why },
  })
}
