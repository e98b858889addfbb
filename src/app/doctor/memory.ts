import { formatBytes } from '../../core/index.ts'
import { readHardware } from '../../engine/index.ts'
import type { Check } from './contract.ts'

export const checkMemory: Check = {
  id: 'memory',
  title: 'Memory and processor',
  network: false,
  run: async () => {
    const { cpuModel, cores, memoryTotalBytes, memoryAvailableBytes } = await readHardware()
    const message = `${formatBytes(memoryAvailableBytes)} of ${formatBytes(memoryTotalBytes)} available; ${cores} cores of ${cpuModel}`
    if (memoryAvailableBytes >= 1e9) return { outcome: 'ok', message }
    return {
      outcome: 'warning',
      message: `${message}. Only the smallest models fit.`,
      remedy: 'Close other programs, or choose a smaller model: `sanjha list --catalog`.',
    }
  },
}
