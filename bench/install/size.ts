import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { installPackage } from '../support/installPackage.ts'

/** What the program takes on the disk of a user. */
export const size: Benchmark = {
  name: 'install.size',
  summary:
    '`npm pack`, then `npm install --global` into an empty prefix: all files with all dependencies, besides Node.',
  run: async (context): Promise<BenchmarkResult> => {
    context.say('packing and installing')
    const { archive, prefix, seconds } = await installPackage(context.scratch)
    const files = readdirSync(prefix, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
    return {
      measurements: [
        { label: 'installed', unit: 'bytes', ours: [bytes], target: { of: 'value', atMost: 300e6 } },
        { label: 'the package itself, packed', unit: 'bytes', ours: [statSync(archive).size] },
      ],
      notes: [`${files.length} files, installed in ${seconds.toFixed(0)} s.`],
    }
  },
}
