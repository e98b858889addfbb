import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolvePaths } from '../../src/core/index.ts'
import { makeGguf, tinyMetadata, tinyTensors } from '../../src/models/testing/makeGguf.ts'
import { checkHome } from '../support/checkHome.ts'
import { TestHome } from '../support/sanjha.ts'
import { type Json, type Serving, serve, until } from '../support/serving.ts'

const home = new TestHome()
const good = makeGguf({ metadata: tinyMetadata, tensors: tinyTensors })
let server: Serving
let before: { models: string[]; index: string; blobs: string[] }

beforeAll(async () => {
  server = await serve(home)
  expect(await pull('good.gguf', good)).toMatchObject({ state: 'succeeded' })
  before = await stored()
})
afterAll(() => home[Symbol.asyncDispose]())

async function pull(name: string, content: Uint8Array | string): Promise<Json> {
  const path = join(home.path, name)
  writeFileSync(path, content)
  const { status, body } = await server.post('/sanjha/v1/models/pull', { model: `file://${path}` })
  expect(status).toBe(202)
  return until(async () => {
    const run = (await server.get(`/sanjha/v1/runs/${body.id}`)).body
    return run.endedAt === null ? undefined : run
  })
}

async function stored(): Promise<typeof before> {
  const { store } = resolvePaths(home.env)
  const { models, faults } = await checkHome(home.env)
  expect(faults).toEqual([])
  return {
    models,
    index: readFileSync(join(store, 'index.json'), 'utf8'),
    blobs: readdirSync(join(store, 'blobs', 'sha256')).toSorted(),
  }
}

/** Refused as what it is, said in words, without a stack; and nothing is left of it. */
async function expectRefused(name: string, content: Uint8Array | string): Promise<void> {
  const run = await pull(name, content)
  expect({ name, state: run.state, code: run.error?.code }).toEqual({ name, state: 'failed', code: 'invalid_file' })
  expect(run.error.message).toContain(name)
  expect(JSON.stringify(run.error)).not.toMatch(/\n\s+at |\.ts:\d+/)
}

describe('a file that is no good is refused and changes nothing', () => {
  it('cut at many places', async () => {
    const cuts = new Set([0, 1, 3, 4, 8, 16, 23, 24, 100, good.length - 1, good.length - 32, good.length - 1000])
    for (let i = 1; i < 20; i++) cuts.add(Math.floor((good.length * i) / 20))
    for (const cut of cuts) await expectRefused('cut.gguf', good.subarray(0, cut))
    expect(await stored()).toEqual(before)
  })

  it('with bytes flipped in its header: refused, or a header that still holds', async () => {
    const { models } = before
    for (let at = 0; at < 24; at++) {
      const flipped = Uint8Array.from(good)
      flipped[at] = (flipped[at] ?? 0) ^ 0xff
      await expectRefused('flipped.gguf', flipped)
    }
    expect((await stored()).models).toEqual(models)
    expect(await stored()).toEqual(before)
  })

  it('something else under the name of a model', async () => {
    const others: [string, Uint8Array | string][] = [
      ['empty.gguf', ''],
      ['garbage.gguf', randomBytes(100_000)],
      ['page.gguf', '<!DOCTYPE html>\n<html><body><h1>404 Not Found</h1></body></html>\n'],
      ['pointer.gguf', `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 98362432\n`],
      ['zip.gguf', Buffer.from('504b0304140000000800', 'hex')],
      ['pickle.gguf', Buffer.from('80024b012e', 'hex')],
      ['old.gguf', Buffer.concat([Buffer.from('ggjt'), randomBytes(1000)])],
      ['weights.safetensors', randomBytes(1000)],
    ]
    for (const [name, content] of others) await expectRefused(name, content)
    expect(await stored()).toEqual(before)
  })

  it('the command says so as well, and ends with 1', async () => {
    const path = join(home.path, 'page.gguf')
    const { code, stdout, stderr } = await home.sanjha(['pull', path])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/invalid_file/)
    expect(stderr).toMatch(/HTML|web page/i)
  })
})
