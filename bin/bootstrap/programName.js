import { existsSync } from 'node:fs'
import { delimiter, isAbsolute, join, relative } from 'node:path'

/**
 * How a person calls the program here: `sanjha` where it is installed, else its path in the checkout, so that what a hint
 * says can be typed.
 * @param {string} root of the package
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cwd
 * @returns {string}
 */
export function programName(root, env, cwd) {
  if (!existsSync(join(root, 'src', 'cli', 'main.ts'))) return 'sanjha'
  const name = process.platform === 'win32' ? 'sanjha.cmd' : 'sanjha'
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean)
  if (folders.some((folder) => existsSync(join(folder, name)))) return 'sanjha'
  const path = join(root, 'bin', 'sanjha.js')
  if (process.platform === 'win32') return `node ${path}`
  const near = relative(cwd, path)
  return near.startsWith('..') || isAbsolute(near) ? path : `./${near}`
}
