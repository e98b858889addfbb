import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes } from '../../core/index.ts'
import type { Check } from './contract.ts'

const roomForASmallModel = 2e9

export const checkDisk: Check = {
  id: 'disk',
  title: 'Disk',
  network: false,
  run: async ({ paths }) => {
    await mkdir(paths.data, { recursive: true })
    const probe = join(paths.data, `.write-test-${process.pid}`)
    try {
      await writeFile(probe, 'x')
    } catch (error) {
      return {
        outcome: 'problem',
        message: `${paths.data} cannot be written: ${(error as Error).message}`,
        remedy: 'Give yourself the right to write there, or set SANJHA_HOME to another folder.',
      }
    } finally {
      await rm(probe, { force: true })
    }
    const { bavail, bsize } = await statfs(paths.data)
    const free = bavail * bsize
    if (free >= roomForASmallModel) return { outcome: 'ok', message: `${formatBytes(free)} free in ${paths.data}` }
    return {
      outcome: 'warning',
      message: `Only ${formatBytes(free)} free in ${paths.data}.`,
      remedy: 'Free some space (`sanjha rm MODEL`), or set SANJHA_HOME to a folder on a larger disk.',
    }
  },
}
