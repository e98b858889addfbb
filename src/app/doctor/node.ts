import { oldestNode } from '../../core/index.ts'
import type { Check } from './contract.ts'

/** @param running the version of this Node, such as `24.21.0` */
export function nodeCheck(running: string = process.versions.node): Check {
  return {
    id: 'node',
    title: 'Node.js',
    network: false,
    run: async () => {
      const where = `Node ${running} on ${process.platform}-${process.arch}`
      const [major = 0, minor = 0] = running.split('.').map(Number)
      const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split('.').map(Number)
      if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) {
        return { outcome: 'ok', message: where }
      }
      return {
        outcome: 'problem',
        message: `${where}; Sanjha needs ${oldestNode} or newer.`,
        remedy: 'Start it through bin/sanjha.js, which fetches a new enough Node by itself.',
      }
    },
  }
}

export const checkNode: Check = nodeCheck()
