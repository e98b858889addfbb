import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { defaultConfig, resolvePaths, silentLogger, systemClock } from '../core/index.ts'
import { tinyGguf } from '../models/testing/makeGguf.ts'
import type { Sanjha } from './contract.ts'
import { createSanjha } from './createSanjha.ts'
import { resolveEngineSource } from './engineSources.ts'
import { Remotes } from './Remotes.ts'

let home: string
let sanjha: Sanjha
let base: string
let file: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-sources-'))
  base = join(home, 'base.gguf')
  file = join(home, 'poet.gguf')
  await writeFile(base, tinyGguf(1))
  const env = { SANJHA_HOME: home }
  const config = { ...defaultConfig(), adapters: [{ name: 'poet', model: base, file, scale: 0.5 }] }
  const settings = { config, settings: [], userFile: '', projectFile: null, warnings: [] }
  sanjha = createSanjha({ settings, paths: resolvePaths(env), env, log: silentLogger })
})
afterEach(async () => {
  await sanjha.close()
  await rm(home, { recursive: true, force: true })
})

const source = (name: string): ReturnType<typeof resolveEngineSource> => {
  const { models, config, log } = sanjha
  const remotes = new Remotes({ config, env: {}, fetch, clock: systemClock, log })
  return resolveEngineSource(name, { models, remotes, adapters: config.adapters })
}

it('an adapter is its model with another name and more weight; making sure of it brings the model', async () => {
  await writeFile(file, Buffer.alloc(1000))
  expect(await sanjha.ensureModel('poet')).toBe('poet')
  const plain = await source(base)
  expect(plain).toMatchObject({ kind: 'llama', weightsBytes: tinyGguf(1).length })
  expect(await source('poet')).toEqual({
    ...plain,
    model: 'poet',
    weightsBytes: tinyGguf(1).length + 1000,
    adapter: { path: file, scale: 0.5 },
  })
})

it('says which setting is at fault when a file is missing, a model is not stored, or a name means two things', async () => {
  const loaded = sanjha.engines.acquire('poet', {}, new AbortController().signal)
  await expect(loaded).rejects.toMatchObject({
    code: 'model_not_found',
    message: expect.stringMatching(/“poet” \(setting `adapters`\).*base\.gguf.*not stored/),
    hint: expect.stringContaining('sanjha pull'),
  })
  const { name } = await sanjha.models.pull(base)
  await expect(source('poet')).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringMatching(/“poet” \(setting `adapters`\).*poet\.gguf/),
    param: 'model',
  })
  await writeFile(file, Buffer.alloc(1000))
  await sanjha.models.copy(name, 'poet')
  await expect(source('poet')).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringMatching(/both a stored model and an adapter/),
  })
})
