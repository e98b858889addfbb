import { join } from 'node:path'
import { cacheFolder } from './cacheFolder.js'
import { isNewEnough } from './isNewEnough.js'

/**
 * What an installed package needs before it starts: a new enough Node, kept in the user's cache when it had to be fetched.
 * @returns {Promise<{ node: string }>}
 */
export async function prepareInstalled() {
  if (isNewEnough(process.version)) return { node: process.execPath }
  // Not loaded otherwise: with all it needs (zlib, crypto, processes) it takes longer than the rest of a start.
  const { findNode } = await import('./node.js')
  return { node: await findNode({ tools: join(cacheFolder(process.env), 'tools') }) }
}
