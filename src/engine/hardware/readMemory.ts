import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { join } from 'node:path'
import { readCgroupLimits } from './readCgroupLimits.ts'

/** Bytes. */
export interface MemoryFacts {
  /** What this process could ever use: the machine's memory or the cgroup's limit. */
  readonly totalBytes: number
  /** What can be used now without pushing others out. File cache counts as free, and so do mapped model files. */
  readonly availableBytes: number
  /** Which of both decides `totalBytes`. */
  readonly limitedBy: 'machine' | 'cgroup'
}

/**
 * Memory as far as this process may use it. Reads a few small files; costs well under a millisecond.
 *
 * @param root where `proc/` and `sys/` are; `/` except in tests
 */
export function readMemory(root = '/'): MemoryFacts {
  const machine = readMachine(root)
  const cgroup = readCgroupLimits(root)
  const limit = cgroup.memoryLimitBytes
  const limited = limit !== null && limit < machine.totalBytes
  return {
    totalBytes: limited ? limit : machine.totalBytes,
    availableBytes: Math.min(machine.availableBytes, cgroup.memoryAvailableBytes ?? Number.POSITIVE_INFINITY),
    limitedBy: limited ? 'cgroup' : 'machine',
  }
}

function readMachine(root: string): { totalBytes: number; availableBytes: number } {
  try {
    const text = readFileSync(join(root, 'proc/meminfo'), 'utf8')
    const value = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024
    const totalBytes = value('MemTotal')
    const availableBytes = value('MemAvailable')
    if (totalBytes > 0 && availableBytes >= 0) return { totalBytes, availableBytes }
  } catch {
    // Not Linux.
  }
  // macOS counts only pages that were never used as free; half of the memory is what a busy desktop gives back in practice.
  const available = process.platform === 'darwin' ? Math.max(freemem(), totalmem() / 2) : freemem()
  return { totalBytes: totalmem(), availableBytes: available }
}
