import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openModels } from '../../app/openModels.ts'
import { defaultConfig, nodeCrypto, openDatabase, resolvePaths } from '../../core/index.ts'
import { createModels, modelsMigrations } from '../../models/index.ts'
import { makeGguf, tinyMetadata, tinyTensors } from '../../models/testing/makeGguf.ts'
import type { CliContext } from '../CliContext.ts'
import { Output } from '../terminal/Output.ts'
import { listCatalog, listModels } from './listModels.ts'

let env: { readonly SANJHA_HOME: string }
beforeEach(async () => {
  env = { SANJHA_HOME: await mkdtemp(join(tmpdir(), 'sanjha-list-')) }
})
afterEach(() => rm(env.SANJHA_HOME, { recursive: true, force: true }))

async function store(name: string, license: string | undefined): Promise<void> {
  const { 'general.license': _, ...metadata } = tinyMetadata
  const stated = license === undefined ? {} : { 'general.license': { type: 'string', value: license } as const }
  const bytes = makeGguf({ metadata: { ...metadata, ...stated }, tensors: tinyTensors })
  const paths = resolvePaths(env)
  const database = openDatabase(paths.database, modelsMigrations)
  const { store } = createModels({ paths, config: defaultConfig(), env, database })
  const path = join(await store.stagingDirectory(name), 'tiny.gguf')
  await writeFile(path, bytes)
  const digest = `sha256:${nodeCrypto().createHash('sha256').update(bytes).digest('hex')}`
  const file = { path, name: 'tiny.gguf', digest, size: bytes.byteLength, role: 'weights' } as const
  await store.commit({ files: [file], name, source: `file:///models/${name}.gguf` })
  database.close()
}

/** What an action writes to stdout, write by write. */
async function written(action: (context: CliContext) => Promise<void>): Promise<string[]> {
  const writes: string[] = []
  const stdout = { write: (text: string) => writes.push(text) }
  const out = new Output({ stdout, stderr: { write: () => true }, env: {}, quiet: false, json: false })
  const models = await openModels({ env })
  try {
    await action({ out, openModels: async () => models } as unknown as CliContext)
  } finally {
    await models.close()
  }
  return writes
}

it('says of every licence whether it is an open one, as far as that is known', async () => {
  await store('a-open', 'apache-2.0')
  await store('b-restricted', 'gemma')
  await store('c-unheard', 'some-licence')
  await store('d-silent', undefined)
  const writes = await written((context) => listModels(context, 'name'))
  expect(writes.join('').trimEnd().split('\n').slice(1)).toEqual([
    expect.stringMatching(/^a-open .* Apache-2\.0 \(open\) /),
    expect.stringMatching(/^b-restricted .* LicenseRef-Gemma-Terms \(restricted\) /),
    expect.stringMatching(/^c-unheard .* LicenseRef-some-licence \(not known whether open\) /),
    expect.stringMatching(/^d-silent .* unknown /),
  ])
  // A write a row was most of the time that a long list took.
  expect(writes).toHaveLength(1)
})

it('says the same of what the catalogue offers, without opening the database', async () => {
  const lines = (await written(listCatalog)).join('').split('\n')
  expect(lines.find((line) => line.startsWith('smollm2 '))).toMatch(/ Apache-2\.0 \(open\) /)
  expect(lines.find((line) => line.startsWith('gemma3'))).toMatch(/ LicenseRef-Gemma-Terms \(restricted\) /)
  await expect(rm(resolvePaths(env).database)).rejects.toMatchObject({ code: 'ENOENT' })
})
