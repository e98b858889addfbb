import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { version } from '../../src/core/index.ts'
import type { Peers } from '../peers/findPeers.ts'
import { checkout } from '../support/checkout.ts'
import type { Report } from './record.ts'

/** What the numbers were measured on; nothing that names this machine or its user. */
export function describeMachine(): Report['machine'] {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release().split('-')[0]} ${arch()}`,
  }
}

export function describeVersions(peers: Peers): Report['versions'] {
  const native = `@node-llama-cpp/${platform()}-${arch()}`
  return {
    sanjha: version,
    node: process.version,
    [native]: packageVersion(native),
    ...(peers.llamaBench !== undefined && { 'llama-bench': peerVersion(peers.llamaBench) }),
    ...(peers.llamaBenchPlain !== undefined && {
      'llama-bench with ggml’s own threads': peerVersion(peers.llamaBenchPlain),
    }),
    ...(peers.llamaServer !== undefined && { 'llama-server': peerVersion(peers.llamaServer) }),
  }
}

/** The commit that is checked out, with a `+` when something is changed. */
export function currentCommit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: checkout, encoding: 'utf8' }).trim()
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'bin') !== ''
    return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? '+' : ''}`
  } catch {
    return 'unknown'
  }
}

function packageVersion(name: string): string {
  try {
    const text = readFileSync(join(checkout, 'node_modules', name, 'package.json'), 'utf8')
    return (JSON.parse(text) as { version: string }).version
  } catch {
    return 'not installed'
  }
}

function peerVersion(command: string): string {
  // It says so on stderr.
  const { stdout, stderr } = spawnSync(command, ['--version'], { encoding: 'utf8' })
  return /version:\s*(.+)/.exec(`${stdout}${stderr}`)?.[1]?.trim() ?? 'unknown'
}
