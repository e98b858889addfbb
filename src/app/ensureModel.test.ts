import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig, resolvePaths, silentLogger } from '../core/index.ts'
import { tinyGguf } from '../models/testing/makeGguf.ts'
import type { Sanjha } from './contract.ts'
import { createSanjha } from './createSanjha.ts'

let home: string
let sanjha: Sanjha

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-ensure-'))
  const env = { SANJHA_HOME: home }
  const paths = resolvePaths(env)
  const settings = await loadConfig({ env, paths, cwd: home, flags: [] })
  sanjha = createSanjha({ settings, paths, env, log: silentLogger })
})
afterEach(async () => {
  await sanjha.close()
  await rm(home, { recursive: true, force: true })
})

it('begins no pull for somebody who has gone already', async () => {
  const model = join(home, 'missing.gguf')
  await expect(sanjha.ensureModel(model, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone')
  expect(sanjha.runs.list()).toEqual([])
})

it('an abort in the moment in which the pull ends is no defect', async () => {
  const controller = new AbortController()
  const thrown: unknown[] = []
  const listener = (error: unknown): void => void thrown.push(error)
  // A listener of a signal that throws ends the process, unless somebody listens here.
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', listener)
  try {
    const ensured = sanjha.ensureModel(join(home, 'missing.gguf'), {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'state' && event.state === 'failed') controller.abort()
      },
    })
    await expect(ensured).rejects.toMatchObject({ code: expect.stringMatching(/not_found|invalid_file/) })
    await new Promise((resolve) => setImmediate(resolve))
    expect(controller.signal.aborted).toBe(true)
    expect(thrown).toEqual([])
  } finally {
    process.off('uncaughtException', listener)
    for (const other of others) process.on('uncaughtException', other)
  }
})

it('looks again at a file that has changed since it was stored, also in its size alone or in nothing but its bytes', async () => {
  const path = join(home, 'tiny.gguf')
  const digestNow = async (content: Uint8Array): Promise<string | undefined> => {
    await writeFile(path, content)
    const stored = await sanjha.models.find(await sanjha.ensureModel(path))
    return stored?.files[0]?.digest.replace('sha256:', '')
  }
  const digestOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')
  for (const content of [tinyGguf(1), tinyGguf(2), Buffer.concat([tinyGguf(2), Buffer.alloc(64)])]) {
    expect(await digestNow(content)).toBe(digestOf(content))
  }
  // What has not changed is not read again, and a file that is gone leaves what is stored.
  const runs = sanjha.runs.list().length
  await sanjha.ensureModel(path)
  await rm(path)
  await sanjha.ensureModel(path)
  expect(sanjha.runs.list()).toHaveLength(runs)
})
