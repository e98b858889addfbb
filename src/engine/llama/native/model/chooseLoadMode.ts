import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readMemory } from '../../../hardware/index.ts'
import { hugePagesTunable } from '../../hugePagesTunable.ts'

/** `enum llama_load_mode`, the two that are chosen from: llama.cpp's own choice (a mapped file), and a copy in memory. */
export const loadModes = { auto: -1, read: 0 } as const

/** Copied weights take memory that a mapped file shares with the file cache, so there must be this much for each byte. */
const room = 2

export interface LoadModeFacts {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly availableBytes: number
  /** Where `sys/` is; `/` except in tests. */
  readonly root: string
}

const facts = (): LoadModeFacts => ({
  platform: process.platform,
  env: process.env,
  availableBytes: readMemory().availableBytes,
  root: '/',
})

/**
 * How the weights come into memory. Every token reads all of them once, and with pages of 4 KiB the look-ups of addresses
 * alone cost a tenth of the time in a virtual machine (measured: 1.10 × the tokens per second, SmolLM2-135M Q4_1). The
 * kernel gives huge pages to memory that was allocated, not to a mapped file; so the weights are read into memory where
 * huge pages are to be had, all layers stay on the processor, and there is memory enough to have them beside the cache.
 */
export function chooseLoadMode(
  paths: readonly string[],
  usesDevices: boolean,
  { platform, env, availableBytes, root }: LoadModeFacts = facts(),
): keyof typeof loadModes {
  if (platform !== 'linux' || usesDevices || !env['GLIBC_TUNABLES']?.includes(hugePagesTunable)) return 'auto'
  const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0)
  return givesHugePages(root) && room * bytes <= availableBytes ? 'read' : 'auto'
}

function givesHugePages(root: string): boolean {
  try {
    return !readFileSync(join(root, 'sys/kernel/mm/transparent_hugepage/enabled'), 'utf8').includes('[never]')
  } catch {
    return false
  }
}
