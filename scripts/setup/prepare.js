import { join } from 'node:path'
import { withLock } from '../../bin/bootstrap/lock.js'
import { findNode } from '../../bin/bootstrap/node.js'
import { build, isBuilt } from './build.js'
import { areInstalled, installDependencies } from './dependencies.js'

/**
 * Makes a checkout ready: a new enough Node, the dependencies of the lock file, a fresh build. When all of that is there
 * it only looks, writes nothing and takes a few milliseconds.
 * @param {string} root of the checkout
 * @param {{ needsBuild?: boolean }} [options]
 * @returns {Promise<{ node: string }>} the path of the Node to use
 */
export async function prepare(root, { needsBuild = true } = {}) {
  const tools = join(root, '.tools')
  const node = await findNode({ tools })
  const isReady = () => areInstalled(root) && (!needsBuild || isBuilt(root))
  if (isReady()) return { node }
  await withLock(join(tools, 'setup.lock'), async () => {
    if (!areInstalled(root)) await installDependencies(root, node)
    if (needsBuild && !isBuilt(root)) await build(root, node)
  })
  return { node }
}
