import { createReadStream, createWriteStream } from 'node:fs'
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
  /** @type {import('node:fs').WriteStream | undefined} */
  let output
  let found = false
  for await (const piece of createReadStream(archive).pipe(createGunzip())) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    for (;;) {
      if (body > 0) {
        const part = rest.subarray(0, body)
        if (part.length === 0) break
        if (output) await write(output, part)
        body -= part.length
        rest = rest.subarray(part.length)
        if (body > 0) break
        if (output) {
          await end(output)
          return
        }
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
      if (isFile && name === wanted && body > 0) {
        found = true
        output = createWriteStream(target, { mode: 0o755, flags: 'wx' })
      }
    }
  }
  throw new SetupFailure(
    found ? `The package ${archive} is cut short.` : `The package ${archive} does not hold ${wanted}.`,
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

/**
 * @param {import('node:fs').WriteStream} stream
 * @param {Buffer} bytes
 * @returns {Promise<void>}
 */
function write(stream, bytes) {
  return new Promise((resolve, reject) => stream.write(bytes, (error) => (error ? reject(error) : resolve())))
}

/**
 * @param {import('node:fs').WriteStream} stream
 * @returns {Promise<void>}
 */
function end(stream) {
  return new Promise((resolve, reject) => {
    stream.on('error', reject)
    stream.end(() => resolve())
  })
}
