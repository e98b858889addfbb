import { open } from 'node:fs/promises'
import { isNodeError } from '../../core/index.ts'

/** So much of the end of a file is read, however long it is. */
const mostBytes = 512 * 1024

/** The last lines of a text file, oldest first; none when there is no such file. */
export async function lastLines(path: string, count: number): Promise<string[]> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path, 'r')
  } catch (error) {
    if (isNodeError(error) && error.code === 'ENOENT') return []
    throw error
  }
  try {
    const { size } = await file.stat()
    const start = Math.max(0, size - mostBytes)
    const bytes = Buffer.alloc(size - start)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start)
    const lines = bytes.subarray(0, bytesRead).toString('utf8').split('\n')
    // The first one was cut, unless this is the whole file.
    if (start > 0) lines.shift()
    if (lines.at(-1) === '') lines.pop()
    return lines.slice(-count)
  } finally {
    await file.close()
  }
}
