import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCgroupLimits } from './readCgroupLimits.ts'
import { readHardware } from './readHardware.ts'
import { readMemory } from './readMemory.ts'
import { readProcessMemory } from './readProcessMemory.ts'

const GiB = 1024 ** 3
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sanjha-hardware-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function files(entries: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(entries)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), `${content}\n`)
  }
}

const meminfo = 'MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB'

describe('readCgroupLimits', () => {
  it('reads version 2 and takes the tightest limit up to the root', async () => {
    await files({
      'proc/self/cgroup': '0::/user.slice/app.service',
      'sys/fs/cgroup/user.slice/memory.max': String(2 * GiB),
      'sys/fs/cgroup/user.slice/memory.current': String(1.5 * GiB),
      'sys/fs/cgroup/user.slice/memory.stat': `anon ${GiB}\ninactive_file ${0.25 * GiB}\nactive_file ${0.25 * GiB}`,
      'sys/fs/cgroup/user.slice/cpu.max': '150000 100000',
      'sys/fs/cgroup/user.slice/app.service/memory.max': 'max',
      'sys/fs/cgroup/user.slice/app.service/cpu.max': 'max 100000',
    })
    expect(readCgroupLimits(root)).toEqual({ memoryLimitBytes: 2 * GiB, memoryAvailableBytes: GiB, cpuQuota: 1.5 })
  })

  it('reads version 1, also where the mount begins at our own group', async () => {
    await files({
      'proc/self/cgroup': '4:memory:/docker/abc\n1:cpu,cpuacct:/docker/abc\n0::/',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': String(3 * GiB),
      'sys/fs/cgroup/memory/memory.usage_in_bytes': String(2 * GiB),
      'sys/fs/cgroup/memory/memory.stat': `total_inactive_file ${GiB}\ntotal_active_file 0`,
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
    })
    expect(readCgroupLimits(root)).toEqual({ memoryLimitBytes: 3 * GiB, memoryAvailableBytes: 2 * GiB, cpuQuota: 0.5 })
  })

  it('knows "no limit" of both versions, and no cgroups at all', async () => {
    const none = { memoryLimitBytes: null, memoryAvailableBytes: null, cpuQuota: null }
    expect(readCgroupLimits(root)).toEqual(none)
    await files({
      'proc/self/cgroup': '4:memory:/\n1:cpu:/\n0::/',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
      'sys/fs/cgroup/memory.max': 'max',
    })
    expect(readCgroupLimits(root)).toEqual(none)
  })
})

describe('readMemory', () => {
  it('is the machine’s without a limit', async () => {
    await files({ 'proc/meminfo': meminfo })
    expect(readMemory(root)).toEqual({ totalBytes: 16 * GiB, availableBytes: 8 * GiB, limitedBy: 'machine' })
  })

  it('is the cgroup’s when that is tighter', async () => {
    await files({
      'proc/meminfo': meminfo,
      'proc/self/cgroup': '0::/a',
      'sys/fs/cgroup/a/memory.max': String(4 * GiB),
      'sys/fs/cgroup/a/memory.current': String(3 * GiB),
    })
    expect(readMemory(root)).toEqual({ totalBytes: 4 * GiB, availableBytes: GiB, limitedBy: 'cgroup' })
  })

  it('never says more is available than the machine has, whatever the limit', async () => {
    await files({
      'proc/meminfo': meminfo,
      'proc/self/cgroup': '0::/a',
      'sys/fs/cgroup/a/memory.max': String(64 * GiB),
      'sys/fs/cgroup/a/memory.current': '0',
    })
    expect(readMemory(root)).toEqual({ totalBytes: 16 * GiB, availableBytes: 8 * GiB, limitedBy: 'machine' })
  })
})

describe('readProcessMemory', () => {
  it('reads what is resident and what of it is anonymous', async () => {
    await files({ 'proc/7/status': 'Name:\tnode\nVmRSS:\t    2048 kB\nRssAnon:\t    1024 kB' })
    expect(readProcessMemory(7, root)).toEqual({ residentBytes: 2 ** 21, anonymousBytes: 2 ** 20 })
  })

  it('is null for a process that is gone', () => {
    expect(readProcessMemory(7, root)).toBeNull()
  })
})

describe('readHardware', () => {
  it('describes this machine', () => {
    const hardware = readHardware()
    expect(hardware.usableCores).toBeGreaterThanOrEqual(1)
    expect(hardware.cores).toBeGreaterThanOrEqual(hardware.usableCores)
    expect(hardware.memoryAvailableBytes).toBeGreaterThan(0)
    expect(hardware.memoryTotalBytes).toBeGreaterThanOrEqual(hardware.memoryAvailableBytes)
  })
})
