import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runNpm } from '../../bin/bootstrap/npm.js'
import { prepare } from '../../scripts/setup/prepare.js'
import { findOldNode } from '../support/oldNode.ts'
import { run } from '../support/run.ts'
import { repository } from '../support/tinyCheckout.ts'

const megabyte = 1e6
/** Besides Node; `typescript.md` and issue 4 set the limit. */
const largest = 300 * megabyte

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string; readonly mode: number }[]
}

describe('the published package', () => {
  let scratch: string
  let prefix: string
  let packed: Packed

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sanjha-package-'))
    prefix = join(scratch, 'prefix')
    await mkdir(prefix)
    await prepare(repository)
    const doing = 'Packing'
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch]
    const said = JSON.parse(await runNpm(args, { cwd: repository, doing }))
    packed = Array.isArray(said) ? said[0] : Object.values(said)[0]
    const archive = join(scratch, readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? 'none.tgz')
    const install = ['install', '--global', '--prefix', prefix, '--ignore-scripts', archive]
    // What an npm around us was told (its prefix, the command it runs) is not meant for this one.
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))
    await runNpm(install, { cwd: scratch, doing: 'Installing', env: clean })
    // Packs and installs from the registry, beside other tests.
  }, 480_000)
  afterAll(() => rm(scratch, { recursive: true, force: true }))

  const sanjha = () => join(prefix, 'bin', 'sanjha')
  const env = (more: Record<string, string> = {}) => ({
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
    SANJHA_HOME: join(scratch, 'home'),
    ...more,
  })

  test('holds what is needed and nothing else', () => {
    const paths = packed.files.map(({ path }) => path)
    for (const needed of [
      'bin/sanjha.js',
      'dist/cli/main.js',
      'dist/lab/index.html',
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'package.json',
    ]) {
      expect(paths).toContain(needed)
    }
    const allowed =
      /^(bin\/(sanjha\.js|bootstrap\/\w+\.js)|dist\/.+|LICENSE|README(\.pa)?\.md|CHANGELOG\.md|package\.json)$/
    expect(
      paths.filter((path) => !allowed.test(path) || /\.test\.|\/testing\/|\/fixtures\/|\.stamp/.test(path)),
    ).toEqual([])
    expect(packed.files.find(({ path }) => path === 'bin/sanjha.js')?.mode).toBe(0o755)
  })

  test('has every file that is not TypeScript and lies beside the code', () => {
    const assets = readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' }).filter(
      (path) =>
        statSync(join(repository, 'src', path)).isFile() &&
        !/\.(ts|md)$|(^|\/)(testing|fixtures|__snapshots__)\//.test(path),
    )
    const paths = new Set(packed.files.map(({ path }) => path))
    expect(assets.filter((path) => !paths.has(`dist/${path}`))).toEqual([])
  })

  test('starts from an empty prefix', async () => {
    const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'))
    const { stdout, stderr, code } = await run(sanjha(), ['--version'], { env: env() })
    expect({ stdout: stdout.trim(), stderr, code }).toEqual({ stdout: version, stderr: '', code: 0 })
  })

  const oldNode = findOldNode()
  test.skipIf(!oldNode)('fetches a new Node into the user’s cache when started by an old one', async () => {
    const onlyOld = { PATH: `${dirname(oldNode ?? '')}${delimiter}/usr/bin${delimiter}/bin` }
    const first = await run(oldNode ?? '', [sanjha(), '--version'], { env: env(onlyOld) })
    expect(first.stderr).toContain('Fetching Node')
    expect(first.code).toBe(0)
    const again = await run(oldNode ?? '', [sanjha(), '--version'], { env: env(onlyOld) })
    expect({ stderr: again.stderr, stdout: again.stdout }).toEqual({ stderr: '', stdout: first.stdout })
    expect(readdirSync(join(scratch, 'home', 'cache', 'tools'))).toEqual([expect.stringMatching(/^node-24\./)])
  })

  test('runs where its own folder cannot be written to', async () => {
    const folder = join(prefix, 'lib', 'node_modules', 'sanjha')
    chmodSync(folder, 0o555)
    const { code } = await run(sanjha(), ['--help'], { env: env() })
    expect(code).toBe(0)
    expect(existsSync(join(folder, '.tools'))).toBe(false)
  })

  test('takes no more than 300 MB with all its dependencies', () => {
    const files = readdirSync(prefix, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const size = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
    console.info(`installed size: ${(size / megabyte).toFixed(0)} MB in ${files.length} files`)
    expect(size).toBeLessThan(largest)
  })

  test('is without fault for publint', async () => {
    const { messages } = await publint({ pkgDir: repository, strict: true })
    expect(messages).toEqual([])
  })
})
