import type { Check } from './contract.ts'

export const checkNode: Check = {
  id: 'node',
  title: 'Node.js',
  network: false,
  run: async () => {
    const major = Number(process.versions.node.split('.')[0])
    const where = `Node ${process.versions.node} on ${process.platform}-${process.arch}`
    if (major >= 24) return { outcome: 'ok', message: where }
    return {
      outcome: 'problem',
      message: `${where}; Sanjha needs 24 or newer.`,
      remedy: 'Start it through bin/sanjha.js, which fetches a new enough Node by itself.',
    }
  },
}
