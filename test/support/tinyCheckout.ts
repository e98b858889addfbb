import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installationStamp } from '../../scripts/setup/dependencies.js'

export const repository: string = join(import.meta.dirname, '..', '..')

/** A command line of a few lines, for tests of what happens before the real one starts. */
const program = `
import facts from './facts.json' with { type: 'json' }
import { readFileSync } from 'node:fs'
interface Io { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream; env: NodeJS.ProcessEnv; cwd: string }
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const [verb, ...rest] = argv
  if (verb === 'report') io.stdout.write(JSON.stringify({ version: process.version, rest, cwd: io.cwd, facts }))
  if (verb === 'note') io.stdout.write(readFileSync(new URL('./note.txt', import.meta.url), 'utf8'))
  if (verb === 'exit') return Number(rest[0])
  if (verb === 'echo') for await (const piece of io.stdin) io.stdout.write(piece)
  if (verb === 'wait') {
    const signal = await new Promise<string>((resolve) => {
      const alive = setInterval(() => {}, 1000)
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => { clearInterval(alive); resolve(name) })
      io.stdout.write(\`pid \${process.pid}\\n\`)
    })
    io.stdout.write(signal)
    return 7
  }
  if (verb === 'count') {
    let count = 0
    const counted = new Promise<void>((resolve) => {
      process.on('SIGINT', () => { count++; setTimeout(resolve, 1000) })
    })
    io.stdout.write(\`pid \${process.pid}\\n\`)
    const alive = setInterval(() => {}, 1000)
    await counted
    clearInterval(alive)
    io.stdout.write(\`count \${count}\`)
  }
  if (verb === 'unprepared') {
    io.stdout.write(\`pid \${process.pid}\\n\`)
    setInterval(() => {}, 1000)
    await new Promise(() => {})
  }
  return 0
}
`

/** Enough of a checkout to set up and start: our bin/ and scripts/, a tiny src/. Deleted when disposed. */
export class TinyCheckout implements Disposable {
  readonly root: string

  /** @param dependencies false: none are installed, as in a fresh clone. */
  constructor({ dependencies = true, folder = tmpdir() }: { dependencies?: boolean; folder?: string } = {}) {
    this.root = realpathSync(mkdtempSync(join(folder, 'sanjha-checkout-')))
    for (const name of [
      'bin',
      'scripts',
      'tsconfig.json',
      'tsconfig.build.json',
      'vitest.config.ts',
      '.npmrc',
      'package-lock.json',
    ]) {
      cpSync(join(repository, name), join(this.root, name), { recursive: true })
    }
    cpSync(join(repository, 'package.json'), join(this.root, 'package.json'))
    this.write('src/cli/main.ts', program)
    this.write('src/cli/facts.json', '{"answer":42}')
    this.write('src/cli/note.txt', 'read at run time')
    if (dependencies) {
      const target = join(this.root, 'node_modules')
      mkdirSync(target)
      for (const name of ['ts7', '@types', 'undici-types', 'vitest']) {
        symlinkSync(join(repository, 'node_modules', name), join(target, name), 'junction')
      }
      writeFileSync(join(target, '.sanjha-stamp'), installationStamp(this.root))
    }
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts)
  }

  write(path: string, content: string): void {
    mkdirSync(join(this.path(path), '..'), { recursive: true })
    writeFileSync(this.path(path), content)
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}
