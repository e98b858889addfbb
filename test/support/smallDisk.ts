import { execFile } from 'node:child_process'
import { mkdtemp, open, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export interface SmallDisk {
  readonly path: string
  /** Fills it until so many bytes are left. */
  fill(left: number): Promise<void>
  /** Takes away what `fill` put there. */
  free(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A file system of its own with so many megabytes; undefined where this process may not mount one (only root may). */
export async function smallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'sanjha-disk-'))
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path])
  } catch {
    await rm(path, { recursive: true })
    return undefined
  }
  const filler = join(path, 'filler')
  return {
    path,
    fill: async (left) => {
      const { bavail, bsize } = await statfs(path)
      const file = await open(filler, 'a')
      try {
        const block = Buffer.alloc(bsize)
        for (let free = bavail * bsize; free > left; free -= bsize) await file.write(block)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        await file.close()
      }
    },
    free: () => rm(filler, { force: true }),
    [Symbol.asyncDispose]: async () => {
      await execute('umount', ['-l', path])
      await rm(path, { recursive: true, force: true })
    },
  }
}
