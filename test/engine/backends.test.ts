/** Installing an engine backend as a run, from a registry that serves a small package with digests of its own. */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSanjha, type Sanjha } from '../../src/app/index.ts'
import { loadConfig, resolvePaths, silentLogger } from '../../src/core/index.ts'
import type { RunRecord } from '../../src/runs/index.ts'
import { makeTarGz } from '../support/archives.ts'
import { type PackageIndex, startPackageIndex } from '../support/packageIndex.ts'

const library = Buffer.alloc(300_000, 'a library')
const archive = makeTarGz({
  'package/package.json': Buffer.from('{}'),
  'package/bins/x/libggml-vulkan.so': library,
  'package/bins/x/../../../../escape.so': library,
  'package/bins/x/libggml-unknown.so': library,
})
const sha = (algorithm: string, bytes: Uint8Array, form: 'hex' | 'base64'): string =>
  createHash(algorithm).update(bytes).digest(form)
const pins = {
  'test-x64-vulkan': {
    version: '1.0.0',
    license: 'MIT',
    packages: [
      {
        name: '@test/vulkan',
        integrity: `sha512-${sha('sha512', archive, 'base64')}`,
        folder: 'package/bins/x',
        files: { 'libggml-vulkan.so': { size: library.length, sha256: sha('sha256', library, 'hex') } },
      },
    ],
  },
}

let index: PackageIndex
let home: string
let sanjha: Sanjha
beforeEach(async () => {
  index = await startPackageIndex()
  index.node['@test/vulkan'] = { '1.0.0': { content: archive } }
  home = await mkdtemp(join(tmpdir(), 'sanjha-backends-'))
  sanjha = await open()
})
afterEach(async () => {
  await sanjha.close()
  await index.close()
  await rm(home, { recursive: true, force: true })
})

async function open(table: typeof pins = pins): Promise<Sanjha> {
  const env = { SANJHA_HOME: home, SANJHA_REGISTRIES_NPM: index.npm }
  const paths = resolvePaths(env)
  const settings = await loadConfig({ env, paths, cwd: home, flags: [] })
  return createSanjha({ settings, paths, log: silentLogger, env, backends: { pins: table, platform: 'test-x64' } })
}

const install = async (): Promise<RunRecord> =>
  await sanjha.runs.wait(sanjha.runs.start('engine-install', { backend: 'vulkan' }).id)
const engines = (): string => join(home, 'data', 'engines')
const visible = async (): Promise<string[]> =>
  (await readdir(engines(), { recursive: true }).catch(() => [])).filter((name) => !name.endsWith('.lock')).toSorted()

it('brings only the libraries that are known, as a run that others can see', async () => {
  const run = await install()
  expect(run).toMatchObject({ state: 'succeeded', title: 'Install the vulkan engine', result: { state: 'installed' } })
  expect(await visible()).toEqual(['1.0.0-test-x64-vulkan', '1.0.0-test-x64-vulkan/libggml-vulkan.so'])
  const path = join(engines(), '1.0.0-test-x64-vulkan', 'libggml-vulkan.so')
  expect((await readFile(path)).equals(library)).toBe(true)
  expect(sanjha.runs.list({ kind: 'engine-install' })).toHaveLength(1)
  expect(await readdir(home)).toEqual(['data'])
})

it('goes on where a broken download stopped', async () => {
  const path = '/tarballs/@test/vulkan-1.0.0.tgz'
  index.files.offer(path, archive, { kind: 'cut', after: 200 })
  expect((await install()).state).toBe('succeeded')
  expect(index.files.requests.length).toBeGreaterThan(1)
})

it('keeps nothing of a package that was replaced', async () => {
  index.node['@test/vulkan'] = { '1.0.0': { content: Buffer.concat([archive, Buffer.from('!')]) } }
  expect(await install()).toMatchObject({ state: 'failed', error: { code: 'digest_mismatch' } })
  expect((await sanjha.backends.list()).find(({ name }) => name === 'vulkan')?.state).toBe('available')
})

it('keeps nothing when the right package holds another library than the one that is known', async () => {
  await sanjha.close()
  const [only] = pins['test-x64-vulkan'].packages
  const files = { 'libggml-vulkan.so': { size: library.length, sha256: '0'.repeat(64) } }
  sanjha = await open({
    'test-x64-vulkan': { ...pins['test-x64-vulkan'], packages: [{ ...(only as NonNullable<typeof only>), files }] },
  })
  expect(await install()).toMatchObject({ state: 'failed', error: { code: 'digest_mismatch' } })
  expect((await sanjha.backends.list()).find(({ name }) => name === 'vulkan')?.state).toBe('available')
})
