import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeGguf, tinyMetadata } from '../../src/models/testing/makeGguf.ts'
import { checkHome } from '../support/checkHome.ts'
import { type HubServer, startHubServer } from '../support/hubServer.ts'
import { TestHome } from '../support/sanjha.ts'
import { type Json, type Serving, serve, until } from '../support/serving.ts'
import { smallDisk } from '../support/smallDisk.ts'

const large = makeGguf({
  metadata: tinyMetadata,
  tensors: [{ name: 'token_embd.weight', shape: [1024, 2048], bytes: 1024 * 2048 * 4 }],
  fill: 3,
})
const reference = 'hf://o/r/large.gguf'
const half = 4_000_000

let hub: HubServer
let home: TestHome

beforeEach(async () => {
  hub = await startHubServer()
  hub.repositories['o/r'] = { files: { 'large.gguf': large } }
  home = homeWith()
})
afterEach(async () => {
  await home[Symbol.asyncDispose]()
  await hub.close()
})

const homeWith = (more: Record<string, string> = {}): TestHome =>
  new TestHome({
    HF_ENDPOINT: hub.endpoint,
    SANJHA_DOWNLOADS_CONNECTIONS: '1',
    SANJHA_DOWNLOADS_STALL_TIMEOUT: '3s',
    ...more,
  })
const stallHalfway = (): string => hub.cdn.offer(hub.cdnPath(large), large, { kind: 'stall', after: half })
const ranges = (): (string | undefined)[] =>
  hub.cdn.requests.filter((r) => r.method === 'GET').map((r) => r.headers.range)
const runs = async (): Promise<Json[]> => JSON.parse((await home.sanjha(['runs', 'list', '--json'])).stdout)

async function expectWhole(where: TestHome, models: string[]): Promise<void> {
  expect(await checkHome(where.env)).toEqual({ models, faults: [] })
}

async function halfway(server: Serving, id: string): Promise<Json> {
  return until(async () => {
    const { body } = await server.get(`/sanjha/v1/runs/${id}`)
    return body.progress?.completed > 1_000_000 ? body : undefined
  })
}

describe('kill -9 in the middle of a pull', () => {
  it('of the server: the run is interrupted, is resumed where it was, and succeeds', async () => {
    stallHalfway()
    const first = await serve(home)
    const { status, body } = await first.post('/sanjha/v1/models/pull', { model: reference })
    expect(status).toBe(202)
    await halfway(first, body.id)
    await first.stop('SIGKILL')
    await expectWhole(home, [])

    const second = await serve(home)
    const interrupted = await until(async () => {
      const run = (await second.get(`/sanjha/v1/runs/${body.id}`)).body
      return run.state === 'running' ? undefined : run
    })
    expect(interrupted.state).toBe('interrupted')
    expect((await second.post(`/sanjha/v1/runs/${body.id}/resume`, {})).status).toBe(200)
    const done = await until(async () => {
      const run = (await second.get(`/sanjha/v1/runs/${body.id}`)).body
      return run.endedAt === null ? undefined : run
    })
    expect(done).toMatchObject({ state: 'succeeded', error: null, attempts: 2 })
    expect(ranges()).toHaveLength(2)
    expect(Number(/^bytes=(\d+)-/.exec(ranges()[1] ?? '')?.[1])).toBeGreaterThan(1_000_000)
    expect(await second.stop()).toBe(0)
    await expectWhole(home, [reference])
  })

  it('of the command: the next one goes on from there', async () => {
    stallHalfway()
    const { child, ended } = home.start(['pull', reference, '--json'], /never/)
    const id = await until(async () => {
      const [run] = await runs()
      return run?.progress?.completed > 1_000_000 ? (run.id as string) : undefined
    })
    child.kill('SIGKILL')
    await ended
    expect((await runs())[0].state).toBe('interrupted')
    const { code } = await home.sanjha(['pull', reference, '--json'])
    expect(code).toBe(0)
    expect(Number(/^bytes=(\d+)-/.exec(ranges()[1] ?? '')?.[1])).toBeGreaterThan(1_000_000)
    // The interrupted run finds everything there.
    expect((await home.sanjha(['runs', 'resume', id])).code).toBe(0)
    expect(ranges()).toHaveLength(2)
    expect((await runs()).map((r) => r.state)).toEqual(['succeeded', 'succeeded'])
    await expectWhole(home, [reference])
  })
})

describe('two servers on one home', () => {
  it('both serve, a pull that both are asked for travels once, ps shows both, and one command stops both', async () => {
    hub.cdn.offer(hub.cdnPath(large), large, { kind: 'stall', after: half })
    const servers = [await serve(home), await serve(home)]
    const pulls = await Promise.all(servers.map((s) => s.post('/sanjha/v1/models/pull', { model: reference })))
    // A server sees the other's runs as well.
    for (const [i, other] of servers.toReversed().entries()) {
      expect((await other.get(`/sanjha/v1/runs/${pulls[i]?.body.id}`)).status).toBe(200)
    }
    const ps = JSON.parse((await home.sanjha(['ps', '--json'])).stdout)
    expect(ps.servers.map((s: Json) => s.url).toSorted()).toEqual(servers.map((s) => s.url).toSorted())
    const ends = await Promise.all(
      servers.map((server, i) =>
        until(async () => {
          const run = (await server.get(`/sanjha/v1/runs/${pulls[i]?.body.id}`)).body
          return run.endedAt === null ? undefined : run.state
        }),
      ),
    )
    expect(ends).toEqual(['succeeded', 'succeeded'])
    // The first answer stalled and was continued once; nothing was fetched twice.
    expect(ranges()).toHaveLength(2)
    for (const server of servers) expect((await server.get('/sanjha/v1/models')).body.models).toHaveLength(1)
    expect((await home.sanjha(['stop', '--server'])).code).toBe(0)
    expect(await Promise.all(servers.map((s) => s.ended))).toEqual([0, 0])
    await expectWhole(home, [reference])
  })
})

describe('a full disk', () => {
  it('while a model is fetched, while the database and the log are written: said clearly, and the server lives', async (context) => {
    await using disk = await smallDisk(24)
    if (disk === undefined) return context.skip('only root can mount a small file system')
    hub.cdn.offer(hub.cdnPath(large), large)
    const tight = homeWith({ SANJHA_HOME: disk.path })
    await using _ = tight
    const server = await serve(tight)
    const pull = async (): Promise<Json> => {
      const { body } = await server.post('/sanjha/v1/models/pull', { model: reference })
      return until(async () => {
        const run = (await server.get(`/sanjha/v1/runs/${body.id}`)).body
        return run.endedAt === null ? undefined : run
      })
    }
    // Too little for the model: refused with the numbers.
    await disk.fill(6_000_000)
    expect(await pull()).toMatchObject({ state: 'failed', error: { code: 'disk_full' } })
    // No byte left at all.
    await disk.fill(0)
    const started = await server.post('/sanjha/v1/models/pull', { model: reference })
    expect(started).toMatchObject({ status: 507, body: { error: { code: 'disk_full' } } })
    const chat = await server.post('/sanjha/v1/chats', { title: 'x'.repeat(10_000) })
    expect({ ...chat.body.error, message: '' }).toMatchObject({ code: 'disk_full' })
    for (let i = 0; i < 50; i++) await server.post('/v1/chat/completions', { model: 'nobody', messages: [] })
    expect((await server.get('/health')).status).toBe(200)
    expect((await server.get('/sanjha/v1/models')).body).toEqual({ models: [] })
    // Once there is space again, all is well without a restart.
    await disk.free()
    expect(await pull()).toMatchObject({ state: 'succeeded' })
    expect((await server.post('/sanjha/v1/chats', { title: 'x' })).status).toBeLessThan(300)
    expect(await server.stop()).toBe(0)
    await expectWhole(tight, [reference])
  })
})
