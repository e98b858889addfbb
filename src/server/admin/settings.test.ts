import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { z } from 'zod'
import { createSanjha } from '../../app/index.ts'
import { hashApiKey, loadConfig, resolvePaths, silentLogger } from '../../core/index.ts'
import { listen, type OpenAIStub, sendJson } from '../../engine/testing/serveOpenAI.ts'
import { allRoutes } from '../allRoutes.ts'
import { createServer } from '../index.ts'
import { type Json, type TestServer, type TestServerOptions, testServer } from '../testing/testServer.ts'

const base = '/sanjha/v1'
const key = 'sk-secret-1234567890'
let home: string
let file: string
let stub: OpenAIStub
const servers: TestServer[] = []

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-settings-'))
  file = resolvePaths({ SANJHA_HOME: home }).configFile
  stub = await listen(async (_, response) => sendJson(response, { data: [{ id: 'gpt' }] }))
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
  await stub.close()
  await rm(home, { recursive: true, force: true })
})

async function open(settings: TestServerOptions['settings'] = {}): Promise<TestServer> {
  const reload = () => loadConfig({ env: {}, paths: { configFile: file } })
  const server = testServer({ settings, configuration: { running: await reload(), reload } })
  servers.push(server)
  return server
}

/** Asks, and holds the answer against the schema that the document shows. */
async function ask(t: TestServer, method: string, path: string, pattern: string, body?: unknown): Promise<Json> {
  const route = allRoutes.find((r) => r.method === method && r.path === base + pattern)
  const answer = await t.json(method, base + path, body)
  expect([path, answer.status]).toEqual([path, route!.status ?? 200])
  ;(route!.response as z.ZodType).parse(answer.body)
  return answer.body
}

const setting = async (t: TestServer, name: string): Promise<Json> =>
  (await ask(t, 'GET', '/settings', '/settings')).settings.find((each: Json) => each.key === name)

it('shows a changed setting with its new value and origin, waiting for a restart', async () => {
  const t = await open()
  expect(await setting(t, 'engine.slots')).toMatchObject({ value: 'auto', origin: { from: 'default' }, editable: true })
  const changed = await ask(t, 'PATCH', '/settings/engine.slots', '/settings/:key', { value: 2 })
  expect(changed).toMatchObject({ key: 'engine.slots', value: 2, pending: true, note: null })
  expect(await setting(t, 'engine.slots')).toMatchObject({ value: 2, origin: { from: 'user' }, pending: true })
  await ask(t, 'PATCH', '/settings/engine.slots', '/settings/:key', { value: null })
  expect(await setting(t, 'engine.slots')).toMatchObject({ value: 'auto', pending: false })
})

it('refuses wrong values, unknown settings, and those that guard the server', async () => {
  const t = await open()
  await ask(t, 'PATCH', '/settings/engine.threads', '/settings/:key', { value: 2 })
  const before = await readFile(file, 'utf8')
  for (const [name, body, status, code] of [
    ['engine.slots', { value: 'many' }, 400, 'invalid_config'],
    ['engine.slots', {}, 400, 'invalid_request'],
    ['engine.nothing', { value: 1 }, 404, 'not_found'],
    ['server.host', { value: '0.0.0.0' }, 403, 'forbidden'],
    ['server.apiKeys', { value: null }, 403, 'forbidden'],
    ['server.allowedOrigins', { value: ['https://evil.example'] }, 403, 'forbidden'],
    ['toolServers', { value: [{ name: 'a', command: 'sh' }] }, 403, 'forbidden'],
    ['hub.token', { value: 'x' }, 403, 'forbidden'],
    ['network.offline', { value: false }, 403, 'forbidden'],
    ['server.maxBody', { value: '1g' }, 403, 'forbidden'],
    ['server.maxConcurrent', { value: 1 }, 403, 'forbidden'],
    ['server.maxQueue', { value: 0 }, 403, 'forbidden'],
    ['log.level', { value: 'silent' }, 403, 'forbidden'],
  ] as const) {
    const answer = await t.json('PATCH', `${base}/settings/${name}`, body)
    expect([name, answer.status, answer.body.error.code]).toEqual([name, status, code])
  }
  expect((await t.json('PATCH', `${base}/settings/server.host`, { value: 'x' })).body.error.hint).toContain(
    'sanjha config set server.host',
  )
  expect(await readFile(file, 'utf8')).toBe(before)
})

it('lets nobody without the key or from another page change settings', async () => {
  const keyed = await open({ apiKeys: [hashApiKey(key)] })
  const change = { value: 2 }
  expect((await keyed.json('PATCH', `${base}/settings/engine.slots`, change)).status).toBe(401)
  const open403 = await open()
  const foreign = await open403.json('PATCH', `${base}/settings/engine.slots`, change, {
    origin: 'https://evil.example',
  })
  expect(foreign.status).toBe(403)
  await expect(readFile(file)).rejects.toThrow()
  const allowed = await keyed.json('PATCH', `${base}/settings/engine.slots`, change, { authorization: `Bearer ${key}` })
  expect(allowed.status).toBe(200)
})

it('takes no file and no strange host for the default model from those who come from elsewhere', async () => {
  const exposed = await open({ allowedHosts: ['models.example.org'] })
  for (const value of ['file:///etc/passwd', 'http://10.0.0.1/model.gguf']) {
    const refused = await exposed.json('PATCH', `${base}/settings/models.default`, { value })
    expect([value, refused.status]).toEqual([value, 403])
  }
  for (const value of ['granite', 'auto', null]) {
    expect((await exposed.json('PATCH', `${base}/settings/models.default`, { value })).status).toBe(200)
  }
})

it('adds, lists, tests and removes remote engines, and shows no key', async () => {
  const t = await open()
  const given = { baseUrl: `${stub.baseUrl}/`, apiKey: key }
  const tested = await ask(t, 'POST', '/remotes/test', '/remotes/test', given)
  expect(tested).toMatchObject({ ok: true, models: ['gpt'] })
  const added = await ask(t, 'POST', '/remotes', '/remotes', { name: 'team', ...given })
  const listed = await ask(t, 'GET', '/remotes', '/remotes')
  expect(listed.remotes).toEqual([added])
  expect(added).toMatchObject({ name: 'team', baseUrl: stub.baseUrl, key: { from: 'file', isThere: true } })
  const shown = JSON.stringify([added, listed, await ask(t, 'GET', '/settings', '/settings')])
  expect(shown).not.toContain(key)
  expect((await ask(t, 'POST', '/remotes/test', '/remotes/test', { name: 'team' })).ok).toBe(true)
  expect((await t.json('POST', `${base}/remotes`, { name: 'team', ...given })).status).toBe(409)
  expect(await ask(t, 'DELETE', '/remotes/team', '/remotes/:name')).toEqual({ removed: 'team' })
  expect((await t.json('DELETE', `${base}/remotes/team`)).status).toBe(404)
})

it.each([
  [{ name: 'a' }, 'baseUrl'],
  [{ name: 'a', baseUrl: 'file:///etc/passwd' }, 'baseUrl'],
  [{ name: 'a', baseUrl: 'http://me:secret@127.0.0.1/v1' }, 'baseUrl'],
  [{ name: 'a', baseUrl: 'http://127.0.0.1/v1?key=1' }, 'baseUrl'],
  [{ name: '', baseUrl: 'http://127.0.0.1/v1' }, 'name'],
])('refuses %j', async (body, param) => {
  const t = await open()
  const answer = await t.json('POST', `${base}/remotes`, body)
  expect([answer.status, answer.body.error.param]).toEqual([400, param])
  expect(JSON.stringify(answer.body)).not.toContain('secret')
})

it('makes a server that others can reach call no host of its own network', async () => {
  const exposed = await open({ allowedHosts: ['models.example.org'] })
  for (const baseUrl of [
    stub.baseUrl,
    'https://127.0.0.1:9/v1',
    'http://example.org/v1',
    'https://no-such.invalid/v1',
  ]) {
    const added = await exposed.json('POST', `${base}/remotes`, { name: 'a', baseUrl })
    expect([baseUrl, added.status, added.body.error?.code]).toEqual([baseUrl, 403, 'forbidden'])
  }
  const tested = await exposed.json('POST', `${base}/remotes/test`, { baseUrl: 'https://127.0.0.1:9/v1' })
  expect(tested.body).toMatchObject({ ok: false, problem: 'refused_address' })
  // Whoever has the control token of the running server sits at the machine.
  const own = { authorization: `Bearer ${exposed.server.controlToken}` }
  expect((await exposed.json('POST', `${base}/remotes`, { name: 'a', baseUrl: stub.baseUrl }, own)).status).toBe(201)
})

it('gives the findings of the doctor, without loading a model or asking the network where that is switched off', async () => {
  const paths = resolvePaths({ SANJHA_HOME: home })
  const env = { SANJHA_OFFLINE: 'true', SANJHA_SERVER_PORT: '0' }
  const sanjha = createSanjha({ settings: await loadConfig({ env, paths }), paths, env, log: silentLogger })
  const server = createServer(sanjha)
  const ask = (body?: object): Promise<Response> =>
    server.fetch(
      new Request('http://127.0.0.1:1/sanjha/v1/doctor/findings', {
        headers: { host: '127.0.0.1:1', 'content-type': 'application/json' },
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      }),
    )
  // What has effects is not brought about by a link.
  expect((await ask()).status).toBe(405)
  const answer = await ask({})
  const route = allRoutes.find((r) => r.path === `${base}/doctor/findings`)
  const { findings } = (route!.response as z.ZodType<Json>).parse(await answer.json())
  expect(findings.map((finding: Json) => finding.id)).toEqual(
    expect.arrayContaining(['node', 'disk', 'store', 'engine']),
  )
  const skipped = findings.filter((finding: Json) => finding.outcome === 'skipped').map((finding: Json) => finding.id)
  expect(skipped).toEqual(['hub', 'registry-pypi', 'registry-npm', 'engine'])
  expect((await ask({ engine: 'perhaps' })).status).toBe(400)
  await server.close(0)
  await sanjha.close()
})
