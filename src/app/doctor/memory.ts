import { formatBytes } from '../../core/index.ts'
import { type Hardware, readHardware } from '../../engine/index.ts'
import type { Check } from './contract.ts'

const roomForASmallModel = 1e9

export function memoryCheck(read: () => Hardware = readHardware): Check {
  return {
    id: 'memory',
    title: 'Memory and processor',
    network: false,
    run: async () => {
      const { cpuModel, cores, memoryTotalBytes, memoryAvailableBytes } = read()
      const message = `${formatBytes(memoryAvailableBytes)} of ${formatBytes(memoryTotalBytes)} available; ${cores} cores of ${cpuModel}`
      if (memoryAvailableBytes >= roomForASmallModel) return { outcome: 'ok', message }
      return {
        outcome: 'warning',
        message: `${message}. Only the smallest models fit.`,
        remedy: 'Close other programs, or choose a smaller model: `sanjha list --catalog`.',
      }
    },
  }
}

export const checkMemory: Check = memoryCheck()
