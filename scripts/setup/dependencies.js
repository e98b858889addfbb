import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explainFailure } from '../../bin/bootstrap/failure.js'
import { runNpm } from '../../bin/bootstrap/npm.js'
import { saying } from '../../bin/bootstrap/say.js'
import { needSpace } from '../../bin/bootstrap/space.js'

/** What an installation takes, generously, in bytes. */
const installedSize = 450_000_000

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
  return `${process.platform}-${process.arch} ${lock}\n`
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
 * with package.json instead.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function installDependencies(root, env = process.env) {
  const doing = 'Installing the dependencies'
  try {
    if (!matchesLock(root)) {
      needSpace(root, installedSize, doing)
      await saying(doing, () => install(root, doing, env))
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
 * @param {string} doing
 * @param {NodeJS.ProcessEnv} env
 */
async function install(root, doing, env) {
  const args = ['install', '--ignore-scripts', '--no-save']
  const first = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies)[0] ?? 'npm'
  try {
    await runNpm(['view', first, 'version'], { cwd: root, doing, env })
  } catch (unreachable) {
    await runNpm([...args, '--offline'], { cwd: root, doing, env }).catch(() => {
      throw unreachable
    })
    return
  }
  await runNpm(args, { cwd: root, doing, env })
}

/**
 * Whether somebody's own `npm install` has left what the lock file asks for. npm notes what it installed in a hidden lock
 * file; packages for other platforms are absent there.
 * @param {string} root
 * @returns {boolean}
 */
function matchesLock(root) {
  const hidden = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  try {
    const asked = packagesOf(join(root, 'package-lock.json'))
    const there = packagesOf(hidden)
    return [...asked].every(([path, entry]) => {
      if (path === '' || entry.link) return true
      const found = there.get(path)
      return found ? found.version === entry.version : Boolean(entry.optional)
    })
  } catch {
    return false
  }
}

/**
 * @param {string} lockFile
 * @returns {Map<string, { version?: string, optional?: boolean, link?: boolean }>}
 */
function packagesOf(lockFile) {
  return new Map(Object.entries(JSON.parse(readFileSync(lockFile, 'utf8')).packages))
}
