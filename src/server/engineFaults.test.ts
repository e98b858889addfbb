import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSanjha, type Sanjha } from '../app/index.ts'
import { loadConfig, resolvePaths, silentLogger } from '../core/index.ts'
import { fakeEngineModule } from '../engine/testing/fakeEngineModule.ts'
import { makeGguf, tinyMetadata, tinyTensors } from '../models/testing/makeGguf.ts'
import { createServer, type Server } from './index.ts'
import { parseSse } from './testing/testServer.ts'

/** The whole way, with everything real but the model: the engine is a fake one in a real child process. */
let home: string
let sanjha: Sanjha
let server: Server
let url: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-faults-'))
  const env = { ...process.env, SANJHA_HOME: home }
  const paths = resolvePaths(env)
  const settings = await loadConfig({ env, paths, flags: [{ flag: '--port', key: 'server.port', value: 0 }] })
  sanjha = createSanjha({
    settings,
    paths,
    env,
    log: silentLogger,
    llama: { module: fakeEngineModule, exportName: 'createFakeEngine' },
  })
  const file = join(home, 'fake.gguf')
  await writeFile(file, makeGguf({ metadata: tinyMetadata, tensors: tinyTensors }))
  await sanjha.models.copy((await sanjha.models.pull(`file://${file}`)).name, 'fake')
  server = createServer(sanjha)
  url = (await server.listen()).url
  server.ready()
})
afterAll(async () => {
  await server.close(0)
  await sanjha.close()
  await rm(home, { recursive: true, force: true })
})

function chat(content: string, stream: boolean): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'fake', stream, messages: [{ role: 'user', content }] }),
  })
}

it('an engine killed in the middle of a stream costs what it was doing and nothing else', async () => {
  // Both are being answered by one process when it dies.
  const streams = await Promise.all([1, 2].map(() => chat('[[say half an answer]][[stall]]', true)))
  const pid = sanjha.engines.list().find((m) => m.state === 'ready')?.pid
  const texts = streams.map((response) => response.text())
  process.kill(pid!, 'SIGKILL')
  for (const text of await Promise.all(texts)) {
    const events = parseSse(text)
    expect(events.at(-1)!.data.error).toMatchObject({ code: 'engine_crashed', type: 'server_error' })
    expect(events.some((e) => e.data === '[DONE]' || e.data.choices?.[0]?.finish_reason)).toBe(false)
  }
  const next = await chat('Hi', false)
  expect(next.status).toBe(200)
  expect((await next.json()) as object).toMatchObject({ choices: [{ message: { content: 'You said: Hi' } }] })
})

it('an engine that dies before its first word is a retryable error', async () => {
  const response = await chat('[[crash]]', false)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
  expect((await response.json()) as object).toMatchObject({ error: { code: 'engine_crashed' } })
  expect((await chat('Hi', false)).status).toBe(200)
  expect((await fetch(`${url}/health`)).status).toBe(200)
})
