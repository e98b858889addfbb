import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { oldestNode, SanjhaError } from '../../core/index.ts'
import type { BackendStatus, Hardware } from '../../engine/index.ts'
import type { Sanjha } from '../contract.ts'
import { backendCheck } from './backend.ts'
import { checkConfiguration } from './configuration.ts'
import type { Check, Diagnosis, Finding } from './contract.ts'
import { diagnose } from './diagnose.ts'
import { checkDisk, diskCheck } from './disk.ts'
import { librariesCheck } from './libraries.ts'
import { memoryCheck } from './memory.ts'
import { checkNode, nodeCheck } from './node.ts'
import { checkPort } from './port.ts'
import { checkStore } from './store.ts'

const { signal } = new AbortController()

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-doctor-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** What a check finds in a Sanjha of which only these parts are looked at. */
const find = (check: Check, parts: object = {}): Promise<Finding> => check.run(parts as Sanjha, signal)

/** The same as the doctor tells it, errors and all. */
async function told(check: Check, parts: object = {}): Promise<Diagnosis> {
  const [diagnosis] = await Array.fromAsync(diagnose(parts as Sanjha, { offline: false, signal, checks: [check] }))
  return diagnosis as Diagnosis
}

describe('the check of Node', () => {
  const [major, minor] = oldestNode.split('.').map(Number) as [number, number]

  it.each([`${major}.${minor - 1}.9`, `${major}.0.0`, `${major - 1}.99.0`, '20.19.0'])(
    'finds %s too old, and says how to come by another',
    async (running) => {
      expect(await find(nodeCheck(running))).toEqual({
        outcome: 'problem',
        message: expect.stringContaining(
          `Node ${running} on ${process.platform}-${process.arch}; Sanjha needs ${oldestNode}`,
        ),
        remedy: expect.stringContaining('bin/sanjha.js'),
      })
    },
  )

  it.each([`${major}.${minor}.0`, `${major}.${minor + 10}.1`, `${major + 1}.0.0`])('takes %s', async (running) => {
    expect(await find(nodeCheck(running))).toMatchObject({ outcome: 'ok' })
  })

  it('looks at the Node that runs', async () => {
    expect(await find(checkNode)).toMatchObject({
      outcome: 'ok',
      message: expect.stringContaining(process.versions.node),
    })
  })
})

describe('the check of the disk', () => {
  it('writes into a home that is not there yet, and leaves nothing behind', async () => {
    const data = join(folder, 'new', 'home')
    expect(
      await find(
        diskCheck(async () => ({ bavail: 5e6, bsize: 4096 })),
        { paths: { data } },
      ),
    ).toMatchObject({
      outcome: 'ok',
      message: expect.stringMatching(/^\d.* free in /),
    })
    expect(await readdir(data)).toEqual([])
  })

  it('finds a folder that cannot be written, and says what can be done', async () => {
    // A file where the folder should be: nobody can write there, not even root.
    const data = join(folder, 'file')
    await writeFile(data, '')
    for (const path of [data, join(data, 'below')]) {
      expect(await find(checkDisk, { paths: { data: path } })).toEqual({
        outcome: 'problem',
        message: expect.stringContaining(`${path} cannot be written: E`),
        remedy: expect.stringContaining('SANJHA_HOME'),
      })
    }
  })

  it('warns where there is no room for a small model', async () => {
    const check = diskCheck(async () => ({ bavail: 100_000, bsize: 4096 }))
    expect(await find(check, { paths: { data: folder } })).toEqual({
      outcome: 'warning',
      message: expect.stringMatching(/^Only \d.* free in /),
      remedy: expect.stringContaining('sanjha rm MODEL'),
    })
  })
})

describe('the check of the memory', () => {
  const machine = (memoryAvailableBytes: number) => (): Hardware => ({
    platform: 'linux',
    arch: 'x64',
    cpuModel: 'Abacus',
    cores: 2,
    usableCores: 2,
    cpuQuota: null,
    memoryTotalBytes: 8e9,
    memoryAvailableBytes,
    memoryLimitedBy: 'machine',
  })

  it('warns when there is little, and says what can be done', async () => {
    expect(await find(memoryCheck(machine(9e8)))).toEqual({
      outcome: 'warning',
      message: expect.stringMatching(/ available; 2 cores of Abacus\. Only the smallest models fit\.$/),
      remedy: expect.stringContaining('sanjha list --catalog'),
    })
  })

  it('says how much there is otherwise', async () => {
    const finding = await find(memoryCheck(machine(4e9)))
    expect(finding).toEqual({ outcome: 'ok', message: expect.stringMatching(/2 cores of Abacus$/) })
  })
})

describe('the check of the port', () => {
  const parts = (port: number, host = '127.0.0.1'): object => ({
    config: { server: { host, port } },
    paths: { instances: join(folder, 'instances') },
  })

  it('warns when another program has it, and finds it free afterwards', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    expect(await find(checkPort, parts(port))).toEqual({
      outcome: 'warning',
      message: `127.0.0.1:${port} cannot be used (EADDRINUSE).`,
      remedy: expect.stringMatching(/^Another program has it: `sanjha up --port 0`/),
    })
    await new Promise((resolve) => other.close(resolve))
    expect(await find(checkPort, parts(port))).toEqual({ outcome: 'ok', message: `127.0.0.1:${port} is free.` })
  })

  it('warns when this machine has no such address', async () => {
    // Kept for documentation (RFC 5737): no machine has it.
    expect(await find(checkPort, parts(0, '192.0.2.1'))).toEqual({
      outcome: 'warning',
      message: expect.stringMatching(/^192\.0\.2\.1:0 cannot be used \(E[A-Z]+\)\.$/),
      remedy: expect.stringMatching(/^Choose another host or port/),
    })
  })
})

describe('the check of the libraries', () => {
  it('says how many are as they were pinned', async () => {
    const check = librariesCheck(async () => ({ directory: '/there', count: 7 }))
    expect(await find(check)).toEqual({ outcome: 'ok', message: expect.stringMatching(/^7 .* in \/there$/) })
  })

  it.each([
    new SanjhaError('digest_mismatch', 'libllama.so is not the one that was pinned.', { hint: 'Install again.' }),
    new SanjhaError('unsupported', 'There are none for this platform.', { hint: 'Use a remote engine.' }),
  ])('is a problem with the reason when they are not: %s', async (error) => {
    const check = librariesCheck(() => Promise.reject(error))
    expect(await told(check)).toEqual({
      id: 'libraries',
      title: 'Engine libraries',
      outcome: 'problem',
      message: error.message,
      remedy: error.hint,
    })
  })
})

describe('the check of the store', () => {
  const paths = { store: '/there' }
  const stored = (...sizes: number[]): object => ({
    models: { list: async () => sizes.map((size) => ({ size })) },
    paths,
  })

  it('counts what is there, and says how to fetch something', async () => {
    expect(await find(checkStore, stored())).toMatchObject({
      outcome: 'ok',
      message: expect.stringMatching(/sanjha pull/),
    })
    expect(await find(checkStore, stored(1e6))).toMatchObject({ message: expect.stringMatching(/^1 model, /) })
    expect(await find(checkStore, stored(1e6, 2e6))).toMatchObject({
      message: expect.stringMatching(/^2 models, .*there$/),
    })
  })

  it('is a problem with the reason when it cannot be read', async () => {
    const broken = new SanjhaError('invalid_file', 'index.json is no JSON.', { hint: 'Remove it.' })
    const models = { list: () => Promise.reject(broken) }
    expect(await told(checkStore, { models, paths })).toMatchObject({
      outcome: 'problem',
      message: 'index.json is no JSON.',
      remedy: 'Remove it.',
    })
  })

  it('says how to go on even when the error does not', async () => {
    const models = { list: () => Promise.reject(new Error('EIO')) }
    expect(await told(checkStore, { models, paths })).toMatchObject({
      outcome: 'problem',
      remedy: expect.stringContaining('SANJHA_DEBUG=1'),
    })
  })
})

describe('the check of the backend', () => {
  type State = BackendStatus['state']
  const parts = (backend: 'cpu' | 'vulkan' | 'cuda', state?: State): object => ({
    config: { engine: { backend } },
    backends: {
      list: async () =>
        state === undefined
          ? []
          : [{ name: backend, state, version: 'b1', directory: state === 'installed' ? '/there' : null }],
    },
  })
  const check = backendCheck(async (installed) => {
    expect(installed).toEqual({ directory: '/there', backend: 'vulkan' })
    return { directory: '/there', count: 18 }
  })

  it.each([
    ['available', 'but it is not installed', 'sanjha engine install vulkan'],
    ['incomplete', 'and its files are incomplete', 'sanjha engine install vulkan'],
    ['unsupported', 'and there is none for this platform', 'sanjha config set engine.backend cpu'],
    [undefined, 'but it is not installed', 'sanjha engine install vulkan'],
  ] as const)('that is %s is a problem with the command that mends it', async (state, why, remedy) => {
    expect(await find(check, parts('vulkan', state))).toEqual({
      outcome: 'problem',
      message: `engine.backend is vulkan, ${why}.`,
      remedy,
    })
  })

  it('that is installed is compared with its digests', async () => {
    expect(await find(check, parts('vulkan', 'installed'))).toEqual({
      outcome: 'ok',
      message: 'vulkan b1: 18 libraries with the pinned digests in /there',
    })
    const altered = new SanjhaError('digest_mismatch', 'libvulkan.so was altered.', { hint: 'Install it again.' })
    expect(
      await told(
        backendCheck(() => Promise.reject(altered)),
        parts('vulkan', 'installed'),
      ),
    ).toMatchObject({
      outcome: 'problem',
      message: altered.message,
      remedy: 'Install it again.',
    })
  })

  it('needs nothing where the processor computes', async () => {
    expect(await find(check, parts('cpu', 'built-in'))).toMatchObject({ outcome: 'ok' })
  })
})

it('the check of the configuration names what is set, and where it can be', async () => {
  const settings = (...set: string[]): object => ({
    settings: {
      userFile: '/u.yaml',
      projectFile: set.length > 1 ? '/p.yaml' : null,
      settings: [
        { key: 'log.level', origin: { from: 'default' } },
        ...set.map((key) => ({ key, origin: { from: 'user' } })),
      ],
    },
  })
  const said = async (...set: string[]): Promise<string> => (await find(checkConfiguration, settings(...set))).message
  expect(await said()).toBe('All settings have their defaults (/u.yaml may change them).')
  expect(await said('a.b')).toBe('a.b is set; files: /u.yaml.')
  expect(await said('a.b', 'c.d')).toBe('a.b, c.d are set; files: /u.yaml, /p.yaml.')
})
