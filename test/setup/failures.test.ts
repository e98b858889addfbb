import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fetchedNode, fetchNode, findNode } from '../../bin/bootstrap/node.js'
import { explainNpm } from '../../bin/bootstrap/npm.js'
import { pinnedNode } from '../../bin/bootstrap/pins.js'
import { makeTarGz } from '../support/archives.ts'
import { type PackageIndex, startPackageIndex } from '../support/packageIndex.ts'
import { type RunResult, run } from '../support/run.ts'
import { TinyCheckout } from '../support/tinyCheckout.ts'

const isRoot = process.getuid?.() === 0
const closedPort = 'http://127.0.0.1:9/'

/** What every failure looks like: plain words and a way on, never a stack trace. */
function expectPlainFailure({ code, stdout, stderr }: RunResult, words: RegExp): void {
  expect(stderr).toMatch(words)
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m)
  expect(stdout).toBe('')
  expect(code).toBe(1)
}

describe('a checkout that cannot be set up', () => {
  let scratch: string
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sanjha-failures-'))
  })
  afterEach(() => rm(scratch, { recursive: true, force: true }))

  const start = (checkout: TinyCheckout, env: Record<string, string> = {}, options = {}) =>
    run(process.execPath, [checkout.path('bin/sanjha.js'), 'report'], {
      env: { PATH: process.env['PATH'], HOME: scratch, npm_config_cache: join(scratch, 'npm'), ...env },
      ...options,
    })

  test('without a network', async () => {
    using checkout = new TinyCheckout({ dependencies: false })
    const result = await start(checkout, { npm_config_registry: closedPort })
    expectPlainFailure(result, /Installing the dependencies failed: the package registry cannot be reached/)
    expect(result.stderr).toContain('npm config get registry')
  })

  test('without npm', async () => {
    using checkout = new TinyCheckout({ dependencies: false })
    const onlyNode = join(scratch, 'bin')
    mkdirSync(onlyNode)
    // A copy's own prefix would hold npm again; a link tells its real place. So the Node of this run must have none either.
    const result = await start(checkout, { PATH: onlyNode })
    if (existsSync(join(process.execPath, '..', '..', 'lib', 'node_modules', 'npm')))
      expect(result.stderr).not.toContain('npm was not found')
    else expectPlainFailure(result, /npm was not found/)
  })

  test('in a folder that cannot be written to', async () => {
    using checkout = new TinyCheckout()
    // Root may write anywhere; so it becomes nobody.
    const nobody = isRoot ? { uid: 65_534, gid: 65_534, cwd: '/' } : {}
    chmodSync(checkout.root, 0o555)
    if (isRoot) {
      chownSync(scratch, 65_534, 65_534)
      chmodSync(checkout.root, 0o555)
    }
    try {
      expectPlainFailure(await start(checkout, {}, nobody), /failed: this folder cannot be written to/)
    } finally {
      chmodSync(checkout.root, 0o755)
    }
  })

  test('on a full disk', async (context) => {
    const mounted = join(scratch, 'small')
    mkdirSync(mounted)
    const mount = await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mounted]).catch(() => undefined)
    if (mount?.code !== 0) return context.skip('mounting is not allowed here')
    try {
      using checkout = new TinyCheckout({ dependencies: false, folder: mounted })
      expectPlainFailure(await start(checkout), /not enough space on the disk: 900 MB are needed in .*, \d MB are free/)
    } finally {
      await run('umount', [mounted])
    }
  })

  test('when the disk fills up while building', async (context) => {
    const mounted = join(scratch, 'small')
    mkdirSync(mounted)
    const mount = await run('mount', ['-t', 'tmpfs', '-o', 'size=1400k', 'tmpfs', mounted]).catch(() => undefined)
    if (mount?.code !== 0) return context.skip('mounting is not allowed here')
    try {
      using checkout = new TinyCheckout({ folder: mounted })
      checkout.write('src/cli/large.json', JSON.stringify('x'.repeat(600_000)))
      expectPlainFailure(await start(checkout), /not enough space on the disk/)
      // What was half made is gone, and with more space it works.
      rmSync(checkout.path('src/cli/large.json'))
      expect((await start(checkout)).code).toBe(0)
    } finally {
      await run('umount', [mounted])
    }
  })
})

describe('fetching Node', () => {
  let tools: string
  let cache: string
  let index: PackageIndex
  beforeEach(async () => {
    tools = await mkdtemp(join(tmpdir(), 'sanjha-tools-'))
    cache = await mkdtemp(join(tmpdir(), 'sanjha-npm-'))
    index = await startPackageIndex()
  })
  afterEach(async () => {
    await index.close()
    for (const folder of [tools, cache]) await rm(folder, { recursive: true, force: true })
  })

  /** Fetches a small package of a registry on this machine in the place of the promised Node. */
  async function fetchOther(integrity?: string): Promise<string> {
    const content = makeTarGz({
      'package/package.json': Buffer.from('{"name":"other","version":"7.0.0"}'),
      'package/index.js': Buffer.from('no program'),
    })
    index.node['other'] = { '7.0.0': { content } }
    const promised = integrity ?? `sha512-${createHash('sha512').update(content).digest('base64')}`
    const pins = { ...pinnedNode.packages }
    pinnedNode.packages['test-os'] = {
      name: 'other',
      version: '7.0.0',
      binary: 'package/index.js',
      integrity: promised,
    }
    const own = { npm_config_registry: index.npm, npm_config_cache: cache }
    try {
      return await fetchNode({ tools, platform: 'test-os', env: { ...process.env, ...own } })
    } finally {
      pinnedNode.packages = pins
    }
  }

  test('refuses a platform that has no package', async () => {
    await expect(fetchNode({ tools, platform: 'sunos-sparc' })).rejects.toThrow(
      /there is none to fetch for sunos-sparc/,
    )
  })

  test('refuses a package that is not the promised one, and runs and keeps nothing of it', async () => {
    await expect(fetchOther('sha512-wrong')).rejects.toThrow(/not the one that was promised/)
    expect(readdirSync(tools)).toEqual([])
  })

  test('fetches the pinned Node of this platform once, though asked twice at once, and it runs', async (context) => {
    if (!pinnedNode.packages[`${process.platform}-${process.arch}`]) return context.skip('no package for this platform')
    const fetched = await Promise.allSettled([fetchNode({ tools }), fetchNode({ tools })])
    const failed = fetched.find((each) => each.status === 'rejected')
    const reason = failed?.reason instanceof Error ? failed.reason.message : ''
    // A machine without a registry has done nothing wrong; in CI one is promised.
    if (/registry cannot be reached/.test(reason) && process.env['CI'] !== 'true') return context.skip(reason)
    const paths = fetched.map((each) => {
      if (each.status === 'rejected') throw each.reason
      return each.value
    })
    expect(new Set(paths)).toEqual(new Set([fetchedNode(tools)]))
    expect((await run(paths[0] ?? '', ['--version'])).stdout.trim()).toBe(`v${pinnedNode.version}`)
    expect(readdirSync(tools)).toEqual([`node-${pinnedNode.version}-${process.platform}-${process.arch}`])
  })

  test('keeps nothing of a promised Node that does not start here, and says why', async () => {
    // As promised, but no program: what a binary for another C library is to this machine.
    const fetching = fetchOther()
    await expect(fetching).rejects.toThrow(/does not start (here|on this machine) \(/)
    await expect(fetching).rejects.toMatchObject({ hint: expect.stringMatching(/by hand|glibc/) })
    expect(readdirSync(tools)).toEqual([])
  })

  test('takes no Node that was fetched for another kind of machine', async () => {
    const other = join(tools, `node-${pinnedNode.version}-linux-other`)
    mkdirSync(other)
    symlinkSync(process.execPath, join(other, 'node'))
    const current = { version: 'v20.0.0', path: '/nowhere/node' }
    const finding = findNode({ tools, current, env: { PATH: '' }, platform: 'linux-none' })
    await expect(finding).rejects.toThrow(/there is none to fetch/)
  })

  test('prefers the Node that runs, then one fetched before, then one on the PATH', async () => {
    const old = { version: 'v24.4.1', path: '/nowhere/node' }
    const running = { version: 'v24.5.0', path: '/somewhere/node' }
    expect(await findNode({ tools, current: running })).toBe('/somewhere/node')
    const folder = join(tools, 'on-path')
    mkdirSync(folder)
    symlinkSync(process.execPath, join(folder, 'node'))
    expect(await findNode({ tools, current: old, env: { PATH: folder } })).toBe(join(folder, 'node'))
    mkdirSync(dirname(fetchedNode(tools)))
    symlinkSync(process.execPath, fetchedNode(tools))
    expect(await findNode({ tools, current: old, env: { PATH: folder } })).toBe(fetchedNode(tools))
  })
})

test.each([
  ['npm error code ENOTFOUND\nnpm error errno ENOTFOUND', /name could not be resolved/],
  ['npm ERR! code ECONNREFUSED', /connection was refused/],
  ['npm error code ENOSPC', /not enough space/],
  ['npm error code EROFS\nnpm error path /x/y', /cannot be written to \(\/x\/y\)/],
  ['npm error code E401\nnpm error Unable to authenticate', /refuses access \(E401\)/],
  ['npm error code SELF_SIGNED_CERT_IN_CHAIN', /certificate is not trusted/],
  [
    'npm error code EUNHEARD\nnpm error something odd\nnpm error A complete log of this run',
    /npm says:\n {2}something odd$/,
  ],
])('npm’s words %j are explained', (output, words) => {
  expect(explainNpm('Working', output).message).toMatch(words)
})
