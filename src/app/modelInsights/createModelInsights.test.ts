import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { defaultConfig, openDatabase, silentLogger, systemClock } from '../../core/index.ts'
import { createModels, type ModelsRoom, modelsMigrations } from '../../models/index.ts'
import { makeGguf, tinyGguf, tinyMetadata, tinyTensors } from '../../models/testing/makeGguf.ts'
import { createModelInsights, type ModelInsightsOptions } from './createModelInsights.ts'
import { speedsMigrations } from './modelSpeeds.ts'

const config = defaultConfig()
let home: string
let database: ReturnType<typeof openDatabase>
let models: ModelsRoom
let reads: number

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-insights-'))
  database = openDatabase(':memory:', [...modelsMigrations, ...speedsMigrations])
  const paths = { store: join(home, 'store') }
  models = createModels({ paths, database, config, env: {}, log: silentLogger, cwd: home })
  reads = 0
})
afterEach(async () => {
  models.close()
  database.close()
  await rm(home, { recursive: true, force: true })
})

const open = (changes: Partial<ModelInsightsOptions> = {}) =>
  createModelInsights({
    models: {
      ...models,
      find: (name) => {
        reads++
        return models.find(name)
      },
    },
    pool: { budget: () => ({ totalBytes: 4 * 1024 ** 3, usedBytes: 0 }) },
    config,
    paths: { store: join(home, 'store') },
    database,
    clock: systemClock,
    hardware: () => ({ cpuModel: 'Test', usableCores: 2 }),
    ...changes,
  })

async function pull(name: string, content: Uint8Array): Promise<string> {
  await writeFile(join(home, name), content)
  return (await models.pull(`file://${join(home, name)}`)).digest
}

it('tells of stored models what the header says, and reads each header once', async () => {
  await pull('a.gguf', tinyGguf(1))
  await pull('b.gguf', tinyGguf(2))
  const insights = open()
  const listed = await insights.list()
  expect(listed).toHaveLength(2)
  expect(listed[0]).toMatchObject({
    fit: { fits: true, largestContext: 2048, contextLength: 2048, reason: null },
    openLicense: true,
    capabilities: ['completion', 'chat'],
    speed: null,
  })
  expect(reads).toBe(2)
  await insights.list()
  expect(reads).toBe(2)
})

it('remembers speeds on this machine alone, and estimates the others by them', async () => {
  const measured = await pull('a.gguf', tinyGguf(1))
  await pull('b.gguf', tinyGguf(2))
  open().note(measured, 40)
  const speeds = async (insights = open()) =>
    Object.fromEntries((await insights.list()).map(({ digest, speed }) => [digest === measured ? 'a' : 'b', speed]))
  expect(await speeds()).toEqual({
    a: { tokensPerSecond: 40, how: 'measured' },
    b: { tokensPerSecond: 40, how: 'estimated', from: expect.stringContaining('a.gguf') },
  })
  expect(await speeds(open({ hardware: () => ({ cpuModel: 'Other', usableCores: 2 }) }))).toEqual({ a: null, b: null })
  const catalog = await open().catalog()
  const granite = catalog.find(({ id }) => id === 'granite-4.0-350m')
  expect(granite?.files[0]?.speed).toMatchObject({ how: 'estimated' })
  // Of a mixture of experts only a part is read for each token.
  expect(catalog.find(({ id }) => id.includes('a400m'))?.files.map(({ speed }) => speed)).toContain(null)
})

it('takes no estimate from or for a mixture of experts', async () => {
  const experts = { ...tinyMetadata, 'llama.expert_count': { type: 'u32', value: 8 } } as const
  const digest = await pull('moe.gguf', makeGguf({ metadata: experts, tensors: tinyTensors }))
  const dense = await pull('a.gguf', tinyGguf(1))
  const insights = open()
  insights.note(digest, 99)
  const speed = async (which: string) => (await insights.list()).find((model) => model.digest === which)?.speed
  expect(await speed(digest)).toEqual({ tokensPerSecond: 99, how: 'measured' })
  expect(await speed(dense)).toBeNull()
})

it('judges catalogued files by their size, and says when nobody states it or the engine cannot run them', async () => {
  const files = (await open().catalog()).flatMap((entry) => entry.files)
  expect(files.length).toBeGreaterThan(100)
  for (const file of files) {
    if (file.size === null) expect(file.fit).toBeNull()
    else if (!file.file.endsWith('.gguf')) expect(file.fit).toMatchObject({ fits: false, reasonCode: 'wrong_format' })
    else expect(file.fit?.fits).toBe((file.fit?.needBytes ?? 0) <= 4 * 1024 ** 3)
  }
  expect(files.some(({ fit }) => fit?.reasonCode === 'too_large')).toBe(true)
})

it('lists the others when one model cannot be read', async () => {
  await pull('a.gguf', tinyGguf(1))
  const insights = open({ models: { ...models, find: () => Promise.reject(new Error('broken')) } })
  expect(await insights.list()).toMatchObject([
    { fit: { reasonCode: 'estimated_from_size' }, capabilities: [], speed: null },
  ])
})

it('previews a file of this machine: how large, where from, whether there is room', async () => {
  await writeFile(join(home, 'a.gguf'), tinyGguf(1))
  const reference = `file://${join(home, 'a.gguf')}`
  const preview = await open().preview(reference, new AbortController().signal)
  expect(preview).toMatchObject({ reference, source: reference, file: 'a.gguf', size: tinyGguf(1).length })
  expect(preview.diskFreeBytes).toBeGreaterThan(0)
  expect(preview.fit).toMatchObject({ fits: true, reasonCode: 'estimated_from_size' })
  await models.pull(reference)
  expect((await open().preview(reference, new AbortController().signal)).license).toBe('Apache-2.0')
})
