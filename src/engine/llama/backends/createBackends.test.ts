import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SanjhaError } from '../../../core/index.ts'
import type { PackageFilesRequest } from '../../../models/index.ts'
import { runKindContract } from '../../../runs/testing/runKindContract.ts'
import type { BackendPins, FetchPackageFiles } from './contract.ts'
import { createBackends } from './createBackends.ts'
import { findInstalledBackend } from './findInstalledBackend.ts'
import { createEngineInstallRunKind } from './installRun.ts'

const file = (size: number) => ({ size, sha256: 'ab'.repeat(32) })
const pins: BackendPins = {
  'test-x64-vulkan': {
    version: '1.2.3',
    license: 'MIT',
    packages: [
      { name: '@t/vulkan', integrity: 'sha512-x', folder: 'package/bins/v', files: { 'libggml.so': file(5) } },
      { name: '@t/ext', integrity: 'sha512-y', folder: 'package/bins/e', files: { 'fallback/libggml.so': file(3) } },
    ],
  },
}

/** Writes files of the right size, as the real one does after its checks. */
const honest: FetchPackageFiles = async ({ files }) => {
  for (const { target, size } of files) {
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, 'x'.repeat(size))
  }
}

let engines: string
beforeEach(async () => {
  engines = join(await mkdtemp(join(tmpdir(), 'sanjha-engines-')), 'engines')
})
afterEach(() => rm(dirname(engines), { recursive: true, force: true }))

const open = (fetch: FetchPackageFiles = honest) => createBackends({ engines, fetch, pins, platform: 'test-x64' })
const visible = async () =>
  (await readdir(engines).catch(() => [])).filter((name) => !name.endsWith('.lock')).toSorted()
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => SanjhaError.from(error).code,
  )

describe('backends', () => {
  it('installs all packages of one into one folder, and asks for exactly what is pinned', async () => {
    const requests: PackageFilesRequest[] = []
    const backends = open(async (request) => {
      requests.push(request)
      await honest(request)
    })
    expect((await backends.list()).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'cpu built-in',
      'vulkan available',
      'cuda unsupported',
    ])
    const directory = join(engines, '1.2.3-test-x64-vulkan')
    expect(await backends.install('vulkan')).toMatchObject({ state: 'installed', size: 8, directory, license: 'MIT' })
    expect(await visible()).toEqual(['1.2.3-test-x64-vulkan'])
    expect(await readFile(join(directory, 'fallback', 'libggml.so'), 'utf8')).toBe('xxx')
    expect(requests.map(({ package: name, version, integrity }) => ({ name, version, integrity }))).toEqual([
      { name: '@t/vulkan', version: '1.2.3', integrity: 'sha512-x' },
      { name: '@t/ext', version: '1.2.3', integrity: 'sha512-y' },
    ])
    expect(requests[0]?.files[0]).toMatchObject({
      member: 'package/bins/v/libggml.so',
      digest: `sha256:${'ab'.repeat(32)}`,
    })
    expect(findInstalledBackend('vulkan', engines, 'test-x64', pins)).toBe(directory)
  })

  it('fetches once when two install at once, and not again afterwards', async () => {
    let fetched = 0
    const other = Promise.withResolvers<void>()
    const counting: FetchPackageFiles = async (request) => {
      fetched++
      await other.promise
      await honest(request)
    }
    const said: (string | undefined)[] = []
    const onProgress = ({ message }: { message?: string }) => {
      said.push(message)
      other.resolve()
    }
    const both = await Promise.all([1, 2].map(() => open(counting).install('vulkan', { onProgress })))
    expect(said).toEqual([expect.stringContaining('waiting')])
    expect(both.map(({ state }) => state)).toEqual(['installed', 'installed'])
    await open(counting).install('vulkan')
    expect(fetched).toBe(2) // one for each package
  })

  it('leaves no backend behind when the second package fails, and completes it later', async () => {
    const failing: FetchPackageFiles = async (request) => {
      if (request.package === '@t/ext') throw new SanjhaError('network_unreachable', 'gone')
      await honest(request)
    }
    expect(await codeOf(open(failing).install('vulkan'))).toBe('network_unreachable')
    expect((await open().list())[1]?.state).toBe('available')
    expect(() => findInstalledBackend('vulkan', engines, 'test-x64', pins)).toThrow(/not installed/)
    expect((await open().install('vulkan')).state).toBe('installed')
    expect(await visible()).toEqual(['1.2.3-test-x64-vulkan'])
  })

  it('sees a file that is missing or too short, and mends it', async () => {
    await open().install('vulkan')
    await writeFile(join(engines, '1.2.3-test-x64-vulkan', 'libggml.so'), 'x')
    expect((await open().list())[1]?.state).toBe('incomplete')
    expect((await open().install('vulkan')).state).toBe('installed')
    expect(await visible()).toEqual(['1.2.3-test-x64-vulkan'])
  })

  it('removes one, and says so when there is none', async () => {
    await open().install('vulkan')
    expect(await open().remove('vulkan')).toEqual({ name: 'vulkan', freedBytes: 8 })
    expect(await visible()).toEqual([])
    expect(await codeOf(open().remove('vulkan'))).toBe('not_found')
  })

  it.each([
    ['cpu', 'invalid_request'],
    ['../../x', 'invalid_request'],
    ['cuda', 'unsupported'],
  ])('refuses %s', async (name, code) => {
    expect(await codeOf(open().install(name))).toBe(code)
    expect(await codeOf(open().remove(name))).toBe(code)
    expect(await visible()).toEqual([])
  })

  it('says which command helps when the one that is set is not there', () => {
    const find = (backend: 'vulkan' | 'cuda') => () => findInstalledBackend(backend, engines, 'test-x64', pins)
    expect(find('vulkan')).toThrow(
      expect.objectContaining({
        code: 'engine_unavailable',
        retryable: false,
        hint: expect.stringContaining('sanjha engine install vulkan'),
      }),
    )
    expect(find('cuda')).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })
})

runKindContract('engine-install', {
  make: async (folder) => {
    const backends = createBackends({ engines: join(folder, 'engines'), fetch: honest, pins, platform: 'test-x64' })
    return { kind: createEngineInstallRunKind(backends), input: { backend: 'vulkan' } }
  },
  invalid: [null, {}, { backend: 5 }, { backend: ' ' }],
  // Each test has a folder of its own.
  sameResult: (a, b) => a.state === b.state && a.size === b.size,
})
