import { readdirSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkout } from './checkout.ts'

/** The package as a user has it after `npm install --global`. */
export interface InstalledPackage {
  /** The `.tgz` that `npm pack` makes. */
  readonly archive: string
  /** What npm installed into; empty before. */
  readonly prefix: string
  /** The script to start. */
  readonly program: string
  readonly seconds: number
}

interface Npm {
  runNpm(
    args: readonly string[],
    options: { readonly cwd: string; readonly doing: string; readonly env?: NodeJS.ProcessEnv },
  ): Promise<string>
}
interface Setup {
  prepare(root: string): Promise<unknown>
}

const installed = new Map<string, Promise<InstalledPackage>>()

/** Builds, packs and installs, once per run. Unlike the checkout it stays as it is while somebody works on the sources. */
export function installPackage(scratch: string): Promise<InstalledPackage> {
  const found = installed.get(scratch) ?? install(scratch)
  installed.set(scratch, found)
  return found
}

async function install(scratch: string): Promise<InstalledPackage> {
  const own = <T>(...path: string[]): Promise<T> => import(pathToFileURL(join(checkout, ...path)).href) as Promise<T>
  const { runNpm } = await own<Npm>('bin', 'bootstrap', 'npm.js')
  const { prepare } = await own<Setup>('scripts', 'setup', 'prepare.js')
  await prepare(checkout)
  const packs = await mkdtemp(join(scratch, 'pack-'))
  const prefix = await mkdtemp(join(scratch, 'prefix-'))
  await runNpm(['pack', '--ignore-scripts', '--pack-destination', packs], { cwd: checkout, doing: 'Packing' })
  const name = readdirSync(packs)[0]
  if (name === undefined) throw new Error('npm packed nothing.')
  const archive = join(packs, name)
  const started = performance.now()
  const args = ['install', '--global', '--prefix', prefix, '--ignore-scripts', archive]
  // What the npm around us was told (its prefix) is not meant for this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))
  await runNpm(args, { cwd: packs, doing: 'Installing', env })
  const folder = process.platform === 'win32' ? prefix : join(prefix, 'lib')
  return {
    archive,
    prefix,
    program: join(folder, 'node_modules', 'sanjha', 'bin', 'sanjha.js'),
    seconds: (performance.now() - started) / 1000,
  }
}
