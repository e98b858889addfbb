import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explainFailure } from '../../bin/bootstrap/failure.js'
import { runNpm } from '../../bin/bootstrap/npm.js'
import { libc as libcHere, platformName } from '../../bin/bootstrap/platform.js'
import { saying } from '../../bin/bootstrap/say.js'
import { needSpace } from '../../bin/bootstrap/space.js'

/** What an installation takes, generously, in bytes. */
const installedSize = 900_000_000

/** @param {string} root */
const stampPath = (root) => join(root, 'node_modules', '.sanjha-stamp')

/**
 * The state of the dependencies as one string: the lock file's hash and the platform that its binaries were chosen for.
 * @param {string} root
 */
export function installationStamp(root) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  return `${platformName()} ${lock}\n`
}

/**
 * Whether what the lock file asks for is installed.
 * @param {string} root
 * @returns {boolean}
 */
export function areInstalled(root) {
  try {
    return readFileSync(stampPath(root), 'utf8') === installationStamp(root)
  } catch {
    return false
  }
}

/**
 * Installs what the lock file says; no package's script runs. Not by `npm ci`: that refuses a lock file without the
 * optional packages of every platform, and a registry mirror need not have those. A test keeps the lock file in step
 * with package.json instead. npm runs on the new Node: on an old one it leaves out, without a word, the binaries of tools
 * that ask for a newer one.
 * @param {string} root
 * @param {string} node a new enough Node
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function installDependencies(root, node, env = process.env) {
  const doing = 'Installing the dependencies'
  try {
    if (!matchesLock(root)) {
      needSpace(root, installedSize, doing)
      await saying(doing, () => install(root, { doing, env, node }))
    }
    writeFileSync(stampPath(root), installationStamp(root))
  } catch (error) {
    throw explainFailure(error, doing)
  }
}

/**
 * Asks the registry for one small thing first: without a network npm would try each of some two hundred packages several
 * times, for minutes. Where that one cannot be had, only npm's own cache is left to install from.
 * @param {string} root
 * @param {{ doing: string, env: NodeJS.ProcessEnv, node: string }} options
 */
async function install(root, options) {
  const args = ['install', '--ignore-scripts', '--no-save']
  const first = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies)[0] ?? 'npm'
  try {
    await runNpm(['view', first, 'version'], { cwd: root, ...options })
  } catch (unreachable) {
    await runNpm([...args, '--offline'], { cwd: root, ...options }).catch(() => {
      throw unreachable
    })
    return
  }
  await runNpm(args, { cwd: root, ...options })
}

/**
 * Whether somebody's own `npm install` has left what the lock file asks for. npm notes what it installed in a hidden lock
 * file; packages for other platforms may be absent there.
 * @param {string} root
 * @returns {boolean}
 */
export function matchesLock(root) {
  const hidden = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  try {
    const asked = packagesOf(join(root, 'package-lock.json'))
    const there = packagesOf(hidden)
    return [...asked].every(([path, entry]) => {
      if (path === '' || entry.link) return true
      const found = there.get(path)
      return found ? found.version === entry.version : Boolean(entry.optional) && !isForHere(entry)
    })
  } catch {
    return false
  }
}

/**
 * Whether an optional package is one for this machine. npm on an old Node leaves out those too. One that names no platform
 * may be needed only by one for another platform.
 * @param {LockEntry} entry
 */
function isForHere({ os, cpu, libc }) {
  return (
    Boolean(os || cpu) &&
    (!os || os.includes(process.platform)) &&
    (!cpu || cpu.includes(process.arch)) &&
    (!libc || process.platform !== 'linux' || libc.includes(libcHere()))
  )
}

/**
 * @typedef {{ version?: string, optional?: boolean, link?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockEntry
 */

/**
 * @param {string} lockFile
 * @returns {Map<string, LockEntry>}
 */
function packagesOf(lockFile) {
  return new Map(Object.entries(JSON.parse(readFileSync(lockFile, 'utf8')).packages))
}
