import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { explainFailure, SetupFailure } from '../../bin/bootstrap/failure.js'
import { run } from '../../bin/bootstrap/npm.js'
import { saying } from '../../bin/bootstrap/say.js'

const configs = ['tsconfig.json', 'tsconfig.build.json', 'package.json']

/** @param {string} root */
const stampPath = (root) => join(root, 'dist', '.stamp.json')

/**
 * Whether `dist/` was made from the sources as they are. Sizes and times are compared first, since that is quick; only
 * where they differ (a fresh clone, a touched file) are the contents.
 * @param {string} root
 * @returns {boolean}
 */
export function isBuilt(root) {
  /** @type {{ look: string, content: string }} */
  let stamp
  try {
    stamp = JSON.parse(readFileSync(stampPath(root), 'utf8'))
  } catch {
    return false
  }
  const files = sources(root)
  const look = lookOf(root, files)
  if (look === stamp.look) return true
  if (contentOf(root, files) !== stamp.content) return false
  try {
    writeFileSync(stampPath(root), JSON.stringify({ look, content: stamp.content }))
  } catch {
    // A read-only folder: the slower comparison is made each time.
  }
  return true
}

/**
 * Compiles `src/` into a folder beside `dist/`, copies the other files that the code reads, then swaps the folders.
 * @param {string} root
 * @param {string} node a new enough Node
 */
export async function build(root, node) {
  const doing = 'Building Sanjha'
  const fresh = join(root, `.dist-${process.pid}`)
  const old = join(root, `.dist-${process.pid}-old`)
  try {
    await saying(doing, async () => {
      removeLeftovers(root)
      // Taken before compiling: a file that is changed meanwhile makes the result stale, never fresh.
      const files = sources(root)
      const stamp = { look: lookOf(root, files), content: contentOf(root, files) }
      await compile(root, node, fresh)
      copyAssets(root, files, fresh)
      await buildLab(root, node, fresh)
      writeFileSync(join(fresh, '.stamp.json'), JSON.stringify(stamp))
      if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old)
      renameSync(fresh, join(root, 'dist'))
    })
  } catch (error) {
    throw explainFailure(error, doing)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}

/**
 * @param {string} root
 * @param {string} node
 * @param {string} target
 */
async function compile(root, node, target) {
  const compiler = join(root, 'node_modules', 'ts7', 'bin', 'tsc')
  mkdirSync(target)
  const args = [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', target, '--pretty', 'false']
  const { code, stdout, stderr } = await run(node, args, { cwd: root, env: process.env })
  if (code === 0) return
  const said = `${stdout}${stderr}`.trim().split('\n')
  if (/ENOSPC|no space left/i.test(said.join('\n'))) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
  const shown = said.slice(0, 20).join('\n  ')
  throw new SetupFailure(`The sources do not compile:\n  ${shown}`, 'Correct this, or go back to a released version.')
}

/**
 * @param {string} root
 * @param {string} node
 * @param {string} target
 */
async function buildLab(root, node, target) {
  if (!existsSync(join(root, 'lab', 'index.html'))) return
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', '--config', join(root, 'lab', 'vite.config.ts'), '--logLevel', 'error']
  const env = { ...process.env, LAB_OUT: join(target, 'lab'), NODE_ENV: 'production' }
  const { code, stdout, stderr } = await run(node, args, { cwd: root, env })
  if (code === 0) return
  const shown = `${stdout}${stderr}`.trim().split('\n').slice(0, 20).join('\n  ')
  throw new SetupFailure(`The Lab cannot be built:\n  ${shown}`, 'Correct this, or go back to a released version.')
}

/**
 * @param {string} root
 * @param {string[]} files
 * @param {string} target
 */
function copyAssets(root, files, target) {
  for (const file of files) {
    const path = relative('src', file)
    if (path.startsWith('..') || /\.(ts|md)$/.test(path)) continue
    mkdirSync(dirname(join(target, path)), { recursive: true })
    copyFileSync(join(root, file), join(target, path))
  }
}

/**
 * What a build depends on, relative to `root`, in a fixed order. Tests and fixtures are no part of it.
 * @param {string} root
 * @returns {string[]}
 */
export function sources(root) {
  /** @type {string[]} */
  const found = []
  /** @param {string} folder */
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!['fixtures', 'testing', '__snapshots__'].includes(entry.name)) walk(path)
      } else if (!/\.test\.tsx?$|\.md$/.test(entry.name)) found.push(path)
    }
  }
  walk('src')
  if (existsSync(join(root, 'lab'))) walk('lab')
  return [...found, ...configs].sort()
}

/**
 * @param {string} root
 * @param {string[]} files
 */
function lookOf(root, files) {
  const hash = createHash('sha256')
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(root, file))
    hash.update(`${file}\0${size}\0${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/**
 * @param {string} root
 * @param {string[]} files
 */
function contentOf(root, files) {
  const hash = createHash('sha256')
  for (const file of files) {
    const content = readFileSync(join(root, file))
    hash.update(`${file}\0${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/**
 * Half-made folders of builds that were killed. Only called under the lock.
 * @param {string} root
 */
function removeLeftovers(root) {
  for (const name of readdirSync(root)) {
    if (name.startsWith('.dist-')) rmSync(join(root, name), { recursive: true, force: true })
  }
}
