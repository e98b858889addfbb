import * as fs from 'node:fs'
import { noSpace } from './failure.js'

/**
 * Fails before anything is fetched when the disk cannot hold it.
 * @param {string} folder that exists
 * @param {number} bytes
 * @param {string} doing
 */
export function needSpace(folder, bytes, doing) {
  /** @type {number} */
  let free
  try {
    const { bavail, bsize } = fs.statfsSync(folder)
    free = bavail * bsize
  } catch {
    // Not every file system tells, nor does a Node before 18.15. Then the write itself will.
    return
  }
  const megabytes = (/** @type {number} */ n) => `${Math.ceil(n / 1e6)} MB`
  if (free < bytes) throw noSpace(doing, `: ${megabytes(bytes)} are needed in ${folder}, ${megabytes(free)} are free`)
}
