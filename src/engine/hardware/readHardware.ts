import { arch, availableParallelism, cpus, platform } from 'node:os'
import { readCgroupLimits } from './readCgroupLimits.ts'
import { readMemory } from './readMemory.ts'

/** The machine as this process may use it. */
export interface Hardware {
  readonly platform: string
  readonly arch: string
  /** As the processor calls itself; empty when it does not say. */
  readonly cpuModel: string
  /** Logical processors of the machine. */
  readonly cores: number
  /** Logical processors this process may run on (affinity). */
  readonly usableCores: number
  /** Processors' worth of time a cgroup allows; null without a limit. */
  readonly cpuQuota: number | null
  readonly memoryTotalBytes: number
  readonly memoryAvailableBytes: number
  readonly memoryLimitedBy: 'machine' | 'cgroup'
}

/** @param root where `proc/` and `sys/` are; `/` except in tests */
export function readHardware(root = '/'): Hardware {
  const processors = cpus()
  const memory = readMemory(root)
  return {
    platform: platform(),
    arch: arch(),
    cpuModel: processors[0]?.model.trim() ?? '',
    cores: processors.length,
    usableCores: availableParallelism(),
    cpuQuota: readCgroupLimits(root).cpuQuota,
    memoryTotalBytes: memory.totalBytes,
    memoryAvailableBytes: memory.availableBytes,
    memoryLimitedBy: memory.limitedBy,
  }
}
