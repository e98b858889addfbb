import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultConfig, openDatabase } from '../core/index.ts'
import type { RunContext, RunProgress } from '../runs/index.ts'
import { runKindContract } from '../runs/testing/runKindContract.ts'
import type { ModelDetails, Models } from './contract.ts'
import { createModels } from './createModels.ts'
import { createPullRunKind } from './pullRun.ts'
import { modelsMigrations } from './store/index.ts'
import { tinyGguf } from './testing/makeGguf.ts'

runKindContract('pull', {
  make: async (folder) => {
    const file = join(folder, 'tiny.gguf')
    await writeFile(file, tinyGguf(1))
    const models = createModels({
      paths: { store: join(folder, 'store') },
      database: openDatabase(join(folder, 'sanjha.db'), modelsMigrations),
      config: { ...defaultConfig(), network: { ...defaultConfig().network, offline: true } },
      env: {},
      cwd: folder,
    })
    return { kind: createPullRunKind(models), input: { model: file } }
  },
  invalid: [
    null,
    {},
    { model: 5 },
    { model: '' },
    // Secrets must not come into a run's record.
    { model: 'https://ann:hunter2@example.org/m.gguf' },
    { model: 'https://example.org/m.gguf?token=hunter2' },
  ],
  // Each test has a folder of its own, and a file that is in no catalogue is named after where it lies.
  sameResult: (a, b) => a.digest === b.digest && a.size === b.size,
})

test('a pull as a run: progress and messages are passed on, the result is small', async () => {
  const signal = new AbortController().signal
  const seen: RunProgress[] = []
  const logged: string[] = []
  const context: RunContext = {
    id: 'r1',
    signal,
    log: (message) => logged.push(message),
    progress: (progress) => seen.push(progress),
    step: async (_name, _inputs, work) => await work(),
  }
  const models: Pick<Models, 'pull'> = {
    pull: async (reference, options) => {
      expect([reference, options?.force, options?.signal]).toEqual(['tiny', true, signal])
      options?.onProgress?.({ phase: 'download', completed: 5, total: 10, rate: 2, eta: 2.5, message: 'going on' })
      return { name: 'tiny', digest: 'sha256:1', size: 10, metadata: { large: true } } as unknown as ModelDetails
    },
  }
  const kind = createPullRunKind(models)
  expect(kind.title({ model: 'tiny' })).toBe('Pull tiny')
  expect(await kind.execute(kind.parse({ model: 'tiny', force: true }), context)).toEqual({
    name: 'tiny',
    digest: 'sha256:1',
    size: 10,
  })
  expect(seen).toEqual([
    { step: 'download', completed: 5, total: 10, unit: 'bytes', rate: 2, eta: 2.5, message: 'going on' },
  ])
  expect(logged).toEqual(['going on'])
})

test.each([[null], [{}], [{ model: '' }], [{ model: 5 }], [{ model: 'x', force: 'yes' }]])('%j is refused', (input) => {
  const kind = createPullRunKind({ pull: async () => ({}) as ModelDetails })
  expect(() => kind.parse(input)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
})
