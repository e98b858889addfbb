import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes. */
export interface ProcessMemory {
  readonly residentBytes: number
  /** The part that is not backed by files, so that the system cannot simply drop it. */
  readonly anonymousBytes: number
}

/**
 * What a process holds in memory, from `/proc`; null where there is no such thing, or the process is gone. Elsewhere an
 * engine's own heartbeat tells its resident size.
 *
 * @param root where `proc/` is; `/` except in tests
 */
export function readProcessMemory(pid: number, root = '/'): ProcessMemory | null {
  try {
    const text = readFileSync(join(root, `proc/${pid}/status`), 'utf8')
    const value = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024
    const memory = { residentBytes: value('VmRSS'), anonymousBytes: value('RssAnon') }
    return Number.isNaN(memory.residentBytes + memory.anonymousBytes) ? null : memory
  } catch {
    return null
  }
}
