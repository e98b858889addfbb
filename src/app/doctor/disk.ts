import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes } from '../../core/index.ts'
import type { Check } from './contract.ts'

const roomForASmallModel = 2e9

/** @param stat tells how much of the folder's file system is free */
export function diskCheck(
  stat: (path: string) => Promise<{ readonly bavail: number; readonly bsize: number }> = statfs,
): Check {
  return {
    id: 'disk',
    title: 'Disk',
    network: false,
    run: async ({ paths }) => {
      const probe = join(paths.data, `.write-test-${process.pid}`)
      try {
        await mkdir(paths.data, { recursive: true })
        await writeFile(probe, 'x').finally(() => rm(probe, { force: true }))
      } catch (error) {
        return {
          outcome: 'problem',
          message: `${paths.data} cannot be written: ${(error as Error).message}`,
          remedy: 'Give yourself the right to write there, or set SANJHA_HOME to another folder.',
        }
      }
      const { bavail, bsize } = await stat(paths.data)
      const free = bavail * bsize
      if (free >= roomForASmallModel) return { outcome: 'ok', message: `${formatBytes(free)} free in ${paths.data}` }
      return {
        outcome: 'warning',
        message: `Only ${formatBytes(free)} free in ${paths.data}.`,
        remedy: 'Free some space (`sanjha rm MODEL`), or set SANJHA_HOME to a folder on a larger disk.',
      }
    },
  }
}

export const checkDisk: Check = diskCheck()
