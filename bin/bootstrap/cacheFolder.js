import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The same folder as `cache` of `src/core/paths.ts`, which cannot be imported here: it may not be built yet, and this
 * must run on an old Node. A test compares both.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [home]
 * @returns {string}
 */
export function cacheFolder(env, home = homedir()) {
  if (env.SANJHA_HOME) return join(env.SANJHA_HOME, 'cache')
  const xdg = env.XDG_CACHE_HOME
  return join(xdg?.startsWith('/') ? xdg : join(home, '.cache'), 'sanjha')
}
