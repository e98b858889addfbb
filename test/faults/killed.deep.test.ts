import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeGguf, tinyMetadata } from '../../src/models/testing/makeGguf.ts'
import { checkHome } from '../support/checkHome.ts'
import { type HubServer, startHubServer } from '../support/hubServer.ts'
import { TestHome } from '../support/sanjha.ts'
import { serve, until } from '../support/serving.ts'

const rounds = 40
const files = Array.from({ length: 4 }, (_, fill) =>
  makeGguf({
    metadata: tinyMetadata,
    tensors: [{ name: 'token_embd.weight', shape: [1024, 512], bytes: 1024 * 512 * 4 }],
    fill,
  }),
)
const references = files.map((_, i) => `hf://o/r${i}/model.gguf`)

let hub: HubServer
let home: TestHome
beforeAll(async () => {
  hub = await startHubServer()
  for (const [i, content] of files.entries()) {
    hub.repositories[`o/r${i}`] = { files: { 'model.gguf': content } }
    hub.cdn.offer(hub.cdnPath(content), content)
  }
  home = new TestHome({ HF_ENDPOINT: hub.endpoint })
})
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await hub.close()
})

it('whenever the server is killed while it writes, store and database are whole, and the next one can do everything', {
  timeout: 600_000,
}, async () => {
  for (let round = 0; round < rounds; round++) {
    const server = await serve(home)
    // Models, names, chats and runs, all at once; the kill meets another moment each time.
    const work = Promise.allSettled(
      references.map(async (model, i) => {
        await server.post('/sanjha/v1/models/pull', { model, force: true })
        await server.post(`/sanjha/v1/models/${encodeURIComponent(model)}/copy`, { target: `copy-${i}-${round}` })
        for (let n = 0; n < 5; n++) await server.post('/sanjha/v1/chats', { title: `chat ${round}.${n}` })
        await fetch(`${server.url}/sanjha/v1/models/copy-${i}-${round}`, { method: 'DELETE' })
      }),
    )
    await delay((round * 37) % 400)
    await server.stop('SIGKILL')
    await work
    const { models, faults } = await checkHome(home.env)
    expect({ round, faults }).toEqual({ round, faults: [] })
    expect(models.filter((name) => !references.includes(name) && !name.startsWith('copy-'))).toEqual([])
  }
  const server = await serve(home)
  for (const model of references) {
    const { body } = await server.post('/sanjha/v1/models/pull', { model, force: true })
    const ended = await until(async () => {
      const run = (await server.get(`/sanjha/v1/runs/${body.id}`)).body
      return run.endedAt === null ? undefined : run
    })
    expect(ended).toMatchObject({ state: 'succeeded' })
  }
  // The kills did meet work.
  expect((await server.get('/sanjha/v1/chats')).body.chats.length).toBeGreaterThan(0)
  // Nobody's run is left behind as if it were still going on.
  const { runs } = (await server.get('/sanjha/v1/runs?limit=1000')).body as { runs: { state: string }[] }
  expect(runs.filter(({ state }) => state === 'running' || state === 'queued')).toEqual([])
  expect(runs.some(({ state }) => state === 'interrupted')).toBe(true)
  expect(await server.stop()).toBe(0)
  expect((await checkHome(home.env)).faults).toEqual([])
})
