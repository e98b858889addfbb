import { readdirSync, statSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Benchmark, BenchmarkResult } from '../contract.ts'
import { checkout } from '../support/checkout.ts'

interface Npm {
  runNpm(args: readonly string[], options: { readonly cwd: string; readonly doing: string }): Promise<string>
}

/** What the program takes on the disk of a user. */
export const size: Benchmark = {
  name: 'install.size',
  summary:
    '`npm pack`, then `npm install --global` into an empty prefix: all files with all dependencies, besides Node.',
  run: async (context): Promise<BenchmarkResult> => {
    const { runNpm } = (await import(pathToFileURL(join(checkout, 'bin', 'bootstrap', 'npm.js')).href)) as Npm
    const packs = await mkdtemp(join(context.scratch, 'pack-'))
    const prefix = await mkdtemp(join(context.scratch, 'prefix-'))
    context.say('packing and installing')
    const pack = ['pack', '--ignore-scripts', '--pack-destination', packs]
    await runNpm(pack, { cwd: checkout, doing: 'Packing' })
    const archive = readdirSync(packs)[0]
    if (archive === undefined) throw new Error('npm packed nothing.')
    const started = performance.now()
    const install = ['install', '--global', '--prefix', prefix, '--ignore-scripts', join(packs, archive)]
    await runNpm(install, { cwd: packs, doing: 'Installing' })
    const seconds = (performance.now() - started) / 1000
    const files = readdirSync(prefix, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
    return {
      measurements: [
        { label: 'installed', unit: 'bytes', ours: [bytes], target: { of: 'value', atMost: 300e6 } },
        { label: 'the package itself, packed', unit: 'bytes', ours: [statSync(join(packs, archive)).size] },
      ],
      notes: [`${files.length} files, installed in ${seconds.toFixed(0)} s.`],
    }
  },
}
