import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a container or a service manager allows this process. null: no limit, or no cgroups. */
export interface CgroupLimits {
  readonly memoryLimitBytes: number | null
  /** What may still be used before the limit is hit; cache that can be dropped counts as free. */
  readonly memoryAvailableBytes: number | null
  /** Processors' worth of time, e.g. 1.5. */
  readonly cpuQuota: number | null
}

/** File names and keys of one cgroup version. */
interface Dialect {
  readonly memoryLimit: string
  readonly memoryUsage: string
  readonly fileCacheKeys: readonly string[]
  readonly cpuQuota: (directory: string) => number | null
}

const version2: Dialect = {
  memoryLimit: 'memory.max',
  memoryUsage: 'memory.current',
  fileCacheKeys: ['inactive_file', 'active_file'],
  cpuQuota: (directory) => {
    const [quota, period] = (readText(join(directory, 'cpu.max')) ?? '').split(/\s+/).map(Number)
    return ratio(quota, period)
  },
}

const version1: Dialect = {
  memoryLimit: 'memory.limit_in_bytes',
  memoryUsage: 'memory.usage_in_bytes',
  fileCacheKeys: ['total_inactive_file', 'total_active_file'],
  cpuQuota: (directory) =>
    ratio(
      Number(readText(join(directory, 'cpu.cfs_quota_us')) ?? Number.NaN),
      Number(readText(join(directory, 'cpu.cfs_period_us')) ?? Number.NaN),
    ),
}

/**
 * The tightest limits on the way from this process's cgroup up to the root: a limit further up holds as well. Both
 * versions are read, since machines in transition mix them (kernel documentation: admin-guide/cgroup-v1, cgroup-v2).
 *
 * @param root where `proc/` and `sys/` are; `/` except in tests
 */
export function readCgroupLimits(root = '/'): CgroupLimits {
  let limit = Number.POSITIVE_INFINITY
  let available = Number.POSITIVE_INFINITY
  let quota = Number.POSITIVE_INFINITY

  for (const { controllers, path } of memberships(root)) {
    const unified = controllers.length === 0
    const dialect = unified ? version2 : version1
    const base = join(root, 'sys/fs/cgroup')
    for (const directory of upwards(path)) {
      if (unified || controllers.includes('memory')) {
        const at = join(base, unified ? '' : 'memory', directory)
        const bytes = readNumber(join(at, dialect.memoryLimit))
        // Version 1 says "no limit" by a number near 2^63.
        if (bytes !== null && bytes < 2 ** 60) {
          limit = Math.min(limit, bytes)
          const used = readNumber(join(at, dialect.memoryUsage)) ?? 0
          const stat = readText(join(at, 'memory.stat')) ?? ''
          const cache = dialect.fileCacheKeys.reduce((sum, key) => sum + statValue(stat, key), 0)
          available = Math.min(available, Math.max(0, bytes - Math.max(0, used - cache)))
        }
      }
      if (unified || controllers.includes('cpu')) {
        const cpus = dialect.cpuQuota(join(base, unified ? '' : 'cpu', directory))
        if (cpus !== null) quota = Math.min(quota, cpus)
      }
    }
  }
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
  return { memoryLimitBytes: finite(limit), memoryAvailableBytes: finite(available), cpuQuota: finite(quota) }
}

/** Lines of `/proc/self/cgroup`: `4:memory:/path` in version 1, `0::/path` in version 2. */
function memberships(root: string): { controllers: string[]; path: string }[] {
  return (readText(join(root, 'proc/self/cgroup')) ?? '')
    .split('\n')
    .map((line) => /^\d+:([^:]*):(\/.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, names = '', path = '/']) => ({ controllers: names === '' ? [] : names.split(','), path }))
}

/** `/a/b` → `/a/b`, `/a`, `/`. In a container the mount begins at our own group, so the longer ones may not exist. */
function upwards(path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '..')
  return Array.from(
    { length: segments.length + 1 },
    (_, index) => `/${segments.slice(0, segments.length - index).join('/')}`,
  )
}

function statValue(text: string, key: string): number {
  return Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}

function ratio(quota: number | undefined, period: number | undefined): number | null {
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : null
}

function readNumber(path: string): number | null {
  const text = readText(path)
  return text !== null && /^\d+$/.test(text) ? Number(text) : null
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}
