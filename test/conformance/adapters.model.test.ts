import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSanjha, type Sanjha } from '../../src/app/index.ts'
import { createServer, type Server } from '../../src/server/index.ts'
import { modelList, modelObject } from '../../src/server/openai/responseSchemas.ts'
import { loraAdapter } from '../support/loraAdapter.ts'
import { testModelPath } from '../support/testModel.ts'

let home: string
let sanjha: Sanjha
let server: Server
let url: string
let base: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-adapters-'))
  const model = `file://${await testModelPath()}`
  await writeFile(join(home, 'poet.gguf'), loraAdapter(20))
  await writeFile(join(home, 'broken.gguf'), 'GGUF but not really')
  const adapters = ['poet', 'lost', 'broken'].map((name) => ({ name, model, file: `./${name}.gguf` }))
  await writeFile(join(home, 'sanjha.yaml'), JSON.stringify({ adapters }))
  sanjha = await openSanjha({
    env: { ...process.env, SANJHA_HOME: home, SANJHA_LOG_LEVEL: 'silent' },
    cwd: home,
    flags: [
      { flag: '--port', key: 'server.port', value: 0 },
      { flag: '--threads', key: 'engine.threads', value: 1 },
      { flag: '--ctx-size', key: 'engine.contextLength', value: 512 },
    ],
  })
  base = (await sanjha.models.pull(model)).name
  server = createServer(sanjha)
  url = (await server.listen()).url
  server.ready(base)
})
afterAll(async () => {
  await server?.close(0)
  await sanjha?.close()
  await rm(home, { recursive: true, force: true })
})

const get = async (path: string): Promise<unknown> => (await fetch(url + path)).json()

const failure = async (model: string): Promise<unknown> => {
  const response = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, prompt: 'Hi', max_tokens: 1 }),
  })
  return { status: response.status, body: await response.json() }
}

it('[API-33] one server answers as the model and as its adapter, and lists the adapter with its parent', async () => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 })
  const ask = async (model: string): Promise<number> => {
    const answer = await client.completions.create({
      model,
      prompt: 'The capital of France is',
      temperature: 0,
      max_tokens: 1,
      logprobs: 1,
    })
    expect(answer.model).toBe(model)
    return answer.choices[0]!.logprobs!.token_logprobs![0]!
  }
  const [plain, adapted, plainAgain, adaptedAgain] = [
    await ask(base),
    await ask('poet'),
    await ask(base),
    await ask('poet'),
  ]
  // A prompt that is known already is computed in other batches, which moves the last digits.
  expect(plainAgain).toBeCloseTo(plain, 2)
  expect(adaptedAgain).toBeCloseTo(adapted, 2)
  expect(Math.abs(adapted - plain)).toBeGreaterThan(0.5)

  const { models } = (await get('/sanjha/v1/loaded')) as { models: { model: string; loadedAt: string }[] }
  expect(models.map((m) => m.model).toSorted()).toEqual([base, 'poet'].toSorted())

  const list = (await get('/v1/models')) as { data: { id: string }[] }
  modelList.parse(list)
  const entry = (id: string): object | undefined => list.data.find((m) => m.id === id)
  expect(entry(base)).toMatchObject({ root: base, parent: null, max_model_len: 512 })
  expect(entry('poet')).toMatchObject({
    object: 'model',
    created: (entry(base) as { created: number }).created,
    owned_by: 'sanjha',
    root: base,
    parent: base,
    max_model_len: 512,
  })
  const one = await get('/v1/models/poet')
  modelObject.parse(one)
  expect(one).toEqual(entry('poet'))
})

it('an adapter whose file is missing or is none is a clear error', async () => {
  expect(await failure('lost')).toMatchObject({
    status: 400,
    body: {
      error: { code: 'invalid_config', message: expect.stringMatching(/“lost” \(setting `adapters`\).*lost\.gguf/) },
    },
  })
  expect(await failure('broken')).toMatchObject({
    status: 422,
    body: { error: { code: 'invalid_file', message: expect.stringContaining('broken.gguf') } },
  })
})

it('an adapter’s engine goes with the model that it has open, and then says what is missing', async () => {
  const remove = await fetch(`${url}/sanjha/v1/models/${encodeURIComponent(base)}`, { method: 'DELETE' })
  expect(await remove.json()).toMatchObject({ removed: base })
  expect(await get('/sanjha/v1/loaded')).toEqual({ models: [] })
  expect(await get('/v1/models')).toMatchObject({ data: [{ id: 'poet' }, { id: 'lost' }, { id: 'broken' }] })
  expect(await failure('poet')).toMatchObject({ status: 404, body: { error: { code: 'model_not_found' } } })
})
