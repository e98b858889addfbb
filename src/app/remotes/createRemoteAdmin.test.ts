import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig, type Paths, registerInstance, resolvePaths, SanjhaError, silentLogger } from '../../core/index.ts'
import { listen, type OpenAIStub, sendJson } from '../../engine/testing/serveOpenAI.ts'
import type { Sanjha } from '../contract.ts'
import { createSanjha } from '../createSanjha.ts'

const key = 'sk-secret-1234567890'
const signal = new AbortController().signal
let home: string
let paths: Paths
let stub: OpenAIStub
let right: string
let keys: (string | undefined)[]
const opened: Sanjha[] = []

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-remotes-'))
  paths = resolvePaths({ SANJHA_HOME: home })
  keys = []
  right = key
  stub = await listen(async (request, response) => {
    keys.push(request.headers.authorization)
    if (request.headers.authorization !== `Bearer ${right}`) sendJson(response, { error: { message: 'no' } }, 401)
    else sendJson(response, { data: [{ id: 'gpt' }] })
  })
})
afterEach(async () => {
  for (const sanjha of opened.splice(0)) await sanjha.close()
  await stub.close()
  await rm(home, { recursive: true, force: true })
})

async function open(env: Record<string, string> = {}): Promise<Sanjha> {
  const reload = () => loadConfig({ env, paths })
  const sanjha = createSanjha({ settings: await reload(), reload, paths, env, log: silentLogger })
  opened.push(sanjha)
  return sanjha
}
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fine',
    (error: unknown) => SanjhaError.from(error).code,
  )

it('adds a remote that can be used at once, and keeps its key apart and to this user', async () => {
  const { remotes, remoteModels, engines } = await open()
  const keyFile = join(paths.config, 'remote-keys', 'team')
  const added = await remotes.add({ name: 'team', baseUrl: stub.baseUrl, apiKey: key })
  expect(added).toEqual({
    name: 'team',
    baseUrl: stub.baseUrl,
    key: { from: 'file', name: keyFile, isThere: true },
    models: null,
    removable: true,
  })
  expect(await readFile(keyFile, 'utf8')).toBe(`${key}\n`)
  if (process.platform !== 'win32') {
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
    expect((await stat(dirname(keyFile))).mode & 0o777).toBe(0o700)
  }
  expect(await readFile(paths.configFile, 'utf8')).not.toContain(key)
  expect(await remoteModels(signal)).toEqual(['team/gpt'])
  expect(await remotes.test({ name: 'team' }, signal)).toMatchObject({ ok: true, models: ['gpt'] })
  ;(await engines.acquire('team/gpt', {}, signal)).release()
  expect(engines.list()).toMatchObject([{ model: 'team/gpt', engine: 'team' }])

  await remotes.remove('team')
  expect(engines.list()).toEqual([])
  expect(await remotes.list()).toEqual([])
  expect(await remoteModels(signal)).toEqual([])
  expect(await readdir(join(paths.config, 'remote-keys'))).toEqual([])
  expect(await codeOf(engines.acquire('team/gpt', {}, signal))).toBe('model_not_found')
})

it('tests before anything is added, and keeps nothing', async () => {
  const { remotes } = await open()
  expect(await remotes.test({ baseUrl: stub.baseUrl, apiKey: 'sk-wrong' }, signal)).toMatchObject({
    problem: 'key_refused',
  })
  expect(await remotes.test({ baseUrl: stub.baseUrl }, signal)).toMatchObject({ problem: 'key_missing' })
  expect(keys).toEqual(['Bearer sk-wrong', undefined])
  expect(await readdir(home)).not.toContain('config')
})

it('changes nothing when something is wrong with it', async () => {
  const { remotes } = await open()
  await remotes.add({ name: 'team', baseUrl: stub.baseUrl, apiKey: key })
  const before = await readFile(paths.configFile, 'utf8')
  const { baseUrl } = stub
  for (const [wrong, code] of [
    [{ name: 'team', baseUrl, apiKey: 'other' }, 'conflict'],
    [{ name: 'TEAM', baseUrl, apiKey: 'other' }, 'conflict'],
    [{ name: '../../evil', baseUrl, apiKey: 'other' }, 'invalid_config'],
    [{ name: 'a/b', baseUrl }, 'invalid_config'],
    [{ name: 'b', baseUrl: 'ftp://x' }, 'invalid_config'],
    [{ name: 'b', baseUrl, apiKey: 'two words' }, 'invalid_request'],
    [{ name: 'b', baseUrl, apiKey: 'line\nbreak' }, 'invalid_request'],
  ] as const) {
    expect([wrong, await codeOf(remotes.add(wrong))]).toEqual([wrong, code])
  }
  expect(await codeOf(remotes.remove('nobody'))).toBe('not_found')
  expect(await codeOf(remotes.test({ name: 'nobody' }, signal))).toBe('not_found')
  expect(await readFile(paths.configFile, 'utf8')).toBe(before)
  expect(await readdir(join(paths.config, 'remote-keys'))).toEqual(['team'])
  expect(await readFile(join(paths.config, 'remote-keys', 'team'), 'utf8')).toBe(`${key}\n`)
})

it('adds one of two that are added at once under one name, with its own key', async () => {
  const { remotes } = await open()
  const tries = ['one', 'two'].map((apiKey) => codeOf(remotes.add({ name: 'team', baseUrl: stub.baseUrl, apiKey })))
  const codes = await Promise.all(tries)
  expect(codes.toSorted()).toEqual(['conflict', 'fine'])
  const winner = codes[0] === 'fine' ? 'one' : 'two'
  expect(await readFile(join(paths.config, 'remote-keys', 'team'), 'utf8')).toBe(`${winner}\n`)
})

it('takes what somebody else writes into the file, and leaves their comments alone', async () => {
  const { remotes, remoteModels } = await open({ KEY: key })
  expect(await remoteModels(signal)).toEqual([])
  await remotes.add({ name: 'first', baseUrl: 'http://127.0.0.1:9/v1' })
  await writeFile(
    paths.configFile,
    `# mine\nremotes:\n  # the big one\n  - name: big\n    baseUrl: ${stub.baseUrl} # in the cellar\n    apiKeyEnv: KEY\n`,
  )
  expect(await remoteModels(signal)).toEqual(['big/gpt'])
  expect(await remotes.list()).toMatchObject([{ name: 'big', key: { from: 'env', name: 'KEY', isThere: true } }])
  await remotes.add({ name: 'small', baseUrl: stub.baseUrl })
  await remotes.remove('small')
  expect(await readFile(paths.configFile, 'utf8')).toBe(
    `# mine\nremotes:\n  # the big one\n  - name: big\n    baseUrl: ${stub.baseUrl} # in the cellar\n    apiKeyEnv: KEY\n`,
  )
})

it('changes nothing where the environment sets the remotes, and says so', async () => {
  const { remotes } = await open({ SANJHA_REMOTES: JSON.stringify([{ name: 'env', baseUrl: stub.baseUrl }]) })
  expect(await remotes.list()).toMatchObject([{ name: 'env', key: null, removable: false }])
  await expect(remotes.add({ name: 'b', baseUrl: stub.baseUrl })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('SANJHA_REMOTES'),
  })
  expect(await codeOf(remotes.remove('env'))).toBe('conflict')
})

it('says that a key which should be there is not', async () => {
  const { remotes } = await open()
  await remotes.add({ name: 'team', baseUrl: stub.baseUrl, apiKey: key })
  await rm(join(paths.config, 'remote-keys', 'team'))
  expect(await remotes.list()).toMatchObject([{ key: { isThere: false } }])
  expect(await remotes.test({ name: 'team' }, signal)).toMatchObject({ ok: false, problem: 'key_missing' })
})

it('reaches a remote anew when its key has changed', async () => {
  const { remotes, engines } = await open()
  await remotes.add({ name: 'team', baseUrl: stub.baseUrl, apiKey: key })
  const first = await engines.acquire('team/gpt', {}, signal)
  right = 'sk-rotated'
  await writeFile(join(paths.config, 'remote-keys', 'team'), `${right}\n`)
  const second = await engines.acquire('team/gpt', {}, signal)
  expect(second.engine).not.toBe(first.engine)
  first.release()
  second.release()
})

it('adds no server of this home, which would ask itself', async () => {
  const { remotes } = await open()
  const port = Number(new URL(stub.baseUrl).port)
  const answering = await listen(async (_, response) => sendJson(response, { status: 'ok' }))
  const own = await registerInstance(paths, { kind: 'server', url: answering.baseUrl.replace('/v1', '') })
  const { baseUrl } = answering
  await expect(remotes.add({ name: 'me', baseUrl: baseUrl.replace('127.0.0.1', 'localhost') })).rejects.toMatchObject({
    code: 'conflict',
    param: 'baseUrl',
  })
  expect((await remotes.add({ name: 'other', baseUrl: stub.baseUrl })).baseUrl).toContain(String(port))
  await own.unregister()
  await answering.close()
})
