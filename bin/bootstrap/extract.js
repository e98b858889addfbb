import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { SetupFailure } from './failure.js'

const blockSize = 512

/**
 * Takes one file out of a gzipped tar archive while reading it once. Nothing else is written, so no path in the archive
 * matters.
 * @param {string} archive
 * @param {string} wanted the entry's exact name
 * @param {string} target the file to write, executable
 * @returns {Promise<void>}
 */
export async function extractFile(archive, wanted, target) {
  /** @type {Buffer} */
  let rest = Buffer.alloc(0)
  /** Bytes of the current entry's body (and its padding) still to come. */
  let body = 0
  let padding = 0
  /** @type {import('node:fs/promises').FileHandle | undefined} */
  let output
  const unzipped = createGunzip()
  createReadStream(archive)
    .on('error', (error) => unzipped.destroy(error))
    .pipe(unzipped)
  try {
    for await (const piece of unzipped) {
      rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      for (;;) {
        if (body > 0) {
          const part = rest.subarray(0, body)
          if (part.length === 0) break
          if (output) await output.writeFile(part)
          body -= part.length
          rest = rest.subarray(part.length)
          if (body > 0) break
          if (output) return
        }
        if (padding > 0) {
          const skipped = Math.min(padding, rest.length)
          padding -= skipped
          rest = rest.subarray(skipped)
          if (padding > 0) break
        }
        if (rest.length < blockSize) break
        const header = rest.subarray(0, blockSize)
        rest = rest.subarray(blockSize)
        const name = text(header, 0, 100)
        body = Number.parseInt(text(header, 124, 12).trim() || '0', 8)
        padding = (blockSize - (body % blockSize)) % blockSize
        const isFile = header[156] === 0x30 || header[156] === 0
        if (isFile && name === wanted && body > 0) output = await open(target, 'wx', 0o755)
      }
    }
  } finally {
    // Closed before anybody starts it: a program that is still open for writing cannot be run (ETXTBSY).
    await output?.close()
  }
  throw new SetupFailure(
    output ? `The package ${archive} is cut short.` : `The package ${archive} does not hold ${wanted}.`,
    'Start again: it is fetched anew.',
  )
}

/**
 * @param {Buffer} header
 * @param {number} start
 * @param {number} length
 */
function text(header, start, length) {
  const field = header.subarray(start, start + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? length : end)
}
