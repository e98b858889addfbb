import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Logger,
  loadConfig,
  type Paths,
  resolvePaths,
  SanjhaError,
  silentLogger,
  systemClock,
} from '../core/index.ts'
import { FakeEngine } from '../engine/testing/FakeEngine.ts'
import { listen, type OpenAIStub, sendJson, serveOpenAI } from '../engine/testing/serveOpenAI.ts'
import type { Sanjha } from './contract.ts'
import { createSanjha } from './createSanjha.ts'
import { Remotes } from './Remotes.ts'

const opened: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

/** An endpoint with `models` (of which `alias` is another name), and what it was asked. */
async function endpoint(models: () => readonly string[]): Promise<{ stub: OpenAIStub; asked: string[] }> {
  const asked: string[] = []
  const stub = await listen(async (request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (path === '/v1/models' && models().length > 0) sendJson(response, { data: models().map((id) => ({ id })) })
    else if (path === '/v1/models/alias') sendJson(response, { id: models()[0] })
    else sendJson(response, { error: { message: 'There is nothing.' } }, 404)
  })
  opened.push(() => stub.close())
  return { stub, asked }
}

function remotesOf(
  baseUrl: string,
  models?: readonly string[],
  monotonic: () => number = systemClock.monotonic,
): Remotes {
  const remote = { name: 'team', baseUrl, ...(models && { models }) }
  const config = { remotes: [remote], downloads: { probeTimeoutMs: 3_000 } } as unknown as ConstructorParameters<
    typeof Remotes
  >[0]['config']
  return new Remotes({ config, env: {}, fetch, clock: { ...systemClock, monotonic }, log: silentLogger })
}

const find = async (remotes: Remotes, name: string): Promise<string | undefined> =>
  remotes.source(name).then(
    (source) => source?.remoteModel,
    (error: unknown) => SanjhaError.from(error).code,
  )

describe('a name under a remote', () => {
  it('is known when the endpoint lists it, by that name or another', async () => {
    const { stub, asked } = await endpoint(() => ['gpt', 'llama3:latest', 'org/deep'])
    const remotes = remotesOf(stub.baseUrl)
    expect(await find(remotes, 'team/gpt')).toBe('gpt')
    expect(await find(remotes, 'team/org/deep')).toBe('org/deep')
    expect(await find(remotes, 'team/llama3')).toBe('llama3')
    expect(await find(remotes, 'team/gpt')).toBe('gpt')
    expect(asked).toEqual(['/v1/models'])
    expect(await remotes.source('team/alias')).toMatchObject({ model: 'team/gpt', remoteModel: 'gpt' })
    expect(await remotes.source('elsewhere/gpt')).toBeUndefined()
  })

  it('is listed once for all who ask at the same time, also when it leads back to who asks', async () => {
    let remotes: Remotes | undefined
    let asked = 0
    const stub = await listen(async (_, response) => {
      asked++
      const nested = (await remotes?.list(new AbortController().signal)) ?? []
      sendJson(response, { data: nested.map((id) => ({ id })) })
    })
    opened.push(() => stub.close())
    const remote = { name: 'me', baseUrl: stub.baseUrl }
    const config = { remotes: [remote], downloads: { probeTimeoutMs: 100 } } as unknown as ConstructorParameters<
      typeof Remotes
    >[0]['config']
    remotes = new Remotes({ config, env: {}, fetch, clock: systemClock, log: silentLogger })
    expect(await remotes.list(new AbortController().signal)).toEqual([])
    expect(asked).toBe(1)
  })

  it('is asked for once in a minute where it is another name, however often it is used', async () => {
    const { stub, asked } = await endpoint(() => ['gpt'])
    let now = 0
    const remotes = remotesOf(stub.baseUrl, undefined, () => now)
    for (let use = 0; use < 5; use++) {
      expect(await find(remotes, 'team/alias')).toBe('gpt')
      now += 10_000
    }
    expect(asked).toEqual(['/v1/models', '/v1/models/alias'])
    now += 60_000
    expect(await find(remotes, 'team/alias')).toBe('gpt')
    expect(asked.length).toBe(4)
  })

  it('is not called unknown because the endpoint has gone meanwhile', async () => {
    const { stub } = await endpoint(() => ['gpt'])
    const remotes = remotesOf(stub.baseUrl)
    expect(await find(remotes, 'team/gpt')).toBe('gpt')
    await stub.close()
    opened.pop()
    expect(await find(remotes, 'team/alias')).toBe('engine_unavailable')
  })

  it('is unknown when it does not, with the names there are', async () => {
    const { stub } = await endpoint(() => ['gpt'])
    const remotes = remotesOf(stub.baseUrl)
    await expect(remotes.source('team/random')).rejects.toMatchObject({
      code: 'model_not_found',
      status: 404,
      param: 'model',
      hint: 'It has: gpt.',
    })
    expect(await find(remotes, 'team/')).toBe('model_not_found')
    expect(await find(remotesOf(stub.baseUrl, ['a']), 'team/gpt')).toBe('model_not_found')
  })

  it('is looked up again when the list is not fresh: models come and go', async () => {
    let models = ['gpt']
    const { stub, asked } = await endpoint(() => models)
    let now = 0
    const clock = { ...systemClock, monotonic: () => now }
    const config = { remotes: [{ name: 'team', baseUrl: stub.baseUrl }], downloads: { probeTimeoutMs: 3_000 } }
    const remotes = new Remotes({ config: config as never, env: {}, fetch, clock, log: silentLogger })
    expect(await find(remotes, 'team/new')).toBe('model_not_found')
    models = ['gpt', 'new']
    expect(await find(remotes, 'team/new')).toBe('model_not_found')
    now = 60_000
    const lists = (): number => asked.filter((path) => path === '/v1/models').length
    expect(await Promise.all(['new', 'new', 'gpt'].map((name) => find(remotes, `team/${name}`)))).toEqual([
      'new',
      'new',
      'gpt',
    ])
    expect(lists()).toBe(2)
  })

  it('is taken on trust where nothing is listed, but only so many', async () => {
    const { stub } = await endpoint(() => [])
    const remotes = remotesOf(stub.baseUrl)
    for (let n = 0; n < 100; n++) expect(await find(remotes, `team/m${n}`)).toBe(`m${n}`)
    expect(await find(remotes, 'team/one-more')).toBe('model_not_found')
    expect(await find(remotes, 'team/m7')).toBe('m7')
  })
})

describe('the key of a remote', () => {
  const key = 'sk-very-secret-0123456789'
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sanjha-key-'))
    opened.push(() => rm(folder, { recursive: true, force: true }))
  })

  type Given = { readonly apiKeyEnv?: string; readonly apiKeyFile?: string }
  const withKey = (given: Given, env: Record<string, string> = {}, baseUrl = 'http://127.0.0.1:9/v1'): Remotes => {
    const remote = { name: 'team', baseUrl, ...given }
    const config = { remotes: [remote], downloads: { probeTimeoutMs: 3_000 } }
    return new Remotes({ config: config as never, env, fetch, clock: systemClock, log: silentLogger })
  }
  const file = async (text: string): Promise<Given> => {
    const apiKeyFile = join(folder, 'key')
    await writeFile(apiKeyFile, text)
    return { apiKeyFile }
  }
  /** What is said when there is no key to be had; it never holds one. */
  const failure = async (remotes: Remotes): Promise<SanjhaError> => {
    const error = await remotes.source('team/gpt').then(
      () => expect.unreachable('there was a key'),
      (reason: unknown) => SanjhaError.from(reason),
    )
    expect(error).toMatchObject({ code: 'invalid_config', hint: expect.any(String) })
    expect(`${inspect(error, { depth: 9 })}${JSON.stringify(error)}`).not.toContain('very-secret')
    return error
  }

  it('comes from the environment, and goes to the endpoint in a header', async () => {
    const keys: (string | undefined)[] = []
    const stub = await listen(async (request, response) => {
      keys.push(request.headers.authorization)
      sendJson(response, { data: [{ id: 'gpt' }] })
    })
    opened.push(() => stub.close())
    const remotes = withKey({ apiKeyEnv: 'TEAM_KEY' }, { TEAM_KEY: ` ${key}\n` }, stub.baseUrl)
    expect(await remotes.source('team/gpt')).toMatchObject({ apiKey: key })
    expect(keys).toEqual([`Bearer ${key}`])
  })

  it.each([`${key}\n`, key, `  ${key}  \r\nwhose it is\n`, `\ufeff${key}\n`])(
    'is the first line of its file: %j',
    async (text) => {
      expect(await withKey(await file(text)).source('team/gpt')).toMatchObject({ apiKey: key })
    },
  )

  it('is read anew each time, so that another one is taken', async () => {
    const remotes = withKey(await file(key))
    expect(await remotes.source('team/gpt')).toMatchObject({ apiKey: key })
    await file('rotated')
    expect(await remotes.source('team/gpt')).toMatchObject({ apiKey: 'rotated' })
  })

  it('is not needed where none is configured', async () => {
    expect(await withKey({}).source('team/gpt')).not.toHaveProperty('apiKey')
  })

  it.each([
    [{}, /is to be in TEAM_KEY, which is not set\.$/],
    [{ TEAM_KEY: ' \n' }, /is to be in TEAM_KEY, which is empty\.$/],
  ])('missing in the environment %j is said with the name of the variable', async (env, message) => {
    const error = await failure(withKey({ apiKeyEnv: 'TEAM_KEY' }, env))
    expect(error.message).toMatch(message)
    expect(error.hint).toContain('TEAM_KEY')
  })

  it('in a file that is not there or is none is said with its path', async () => {
    const absent = join(folder, 'absent')
    expect((await failure(withKey({ apiKeyFile: absent }))).message).toContain(`cannot be read: ${absent}`)
    const inside = join(folder, 'folder')
    await mkdir(inside)
    expect((await failure(withKey({ apiKeyFile: inside }))).message).toContain(`cannot be read: ${inside}`)
  })

  it.each(['', '\n', `  \r\n${key}\n`])('is not on the first line of %j, and that is said', async (text) => {
    const given = await file(text)
    expect((await failure(withKey(given))).message).toMatch(/has no key on its first line: .*key\.$/)
  })

  it.each([`${key} and more`, `${key}\u0001`, `${key}\u20ac`])(
    'that no header takes is refused before one is made: %j',
    async (wrong) => {
      expect((await failure(withKey(await file(wrong)))).message).toContain('holds characters')
      expect((await failure(withKey({ apiKeyEnv: 'TEAM_KEY' }, { TEAM_KEY: wrong }))).message).toContain('TEAM_KEY')
    },
  )

  it('is taken out of what the endpoint says of it', async () => {
    const stub = await listen(async (request, response) =>
      sendJson(response, { error: { message: `Wrong: ${request.headers.authorization}` } }, 401),
    )
    opened.push(() => stub.close())
    const logged: unknown[] = []
    const log: Logger = { ...silentLogger, warn: (...all) => void logged.push(all) }
    const remote = { name: 'team', baseUrl: stub.baseUrl, apiKeyEnv: 'TEAM_KEY' }
    const config = { remotes: [remote], downloads: { probeTimeoutMs: 3_000 } } as never
    const remotes = new Remotes({ config, env: { TEAM_KEY: key }, fetch, clock: systemClock, log })
    expect(await remotes.list(new AbortController().signal)).toEqual([])
    expect(JSON.stringify(logged)).toContain('refuses our key')
    expect(JSON.stringify(logged)).not.toContain('very-secret')
  })
})

describe('in a whole Sanjha', () => {
  async function open(baseUrl: string): Promise<Sanjha> {
    const home = await mkdtemp(join(tmpdir(), 'sanjha-remotes-'))
    opened.push(() => rm(home, { recursive: true, force: true }))
    const env = { SANJHA_HOME: home }
    const paths: Paths = resolvePaths(env)
    const flags = [{ flag: '--test', key: 'remotes', value: [{ name: 'team', baseUrl }] }]
    const settings = await loadConfig({ env, paths, cwd: home, flags })
    const sanjha = createSanjha({ settings, paths, env, log: silentLogger })
    opened.push(() => sanjha.close())
    return sanjha
  }

  it('made-up names leave neither engines nor lines of metrics', async () => {
    const stub = await serveOpenAI(new FakeEngine(), 'fake')
    opened.push(() => stub.close())
    const sanjha = await open(stub.baseUrl)
    const signal = new AbortController().signal
    const ask = async (model: string): Promise<void> => {
      const input = { type: 'completion', prompt: 'Hi' } as const
      const operation = { type: 'generate', request: { input } } as const
      const caller = { keyId: null, surface: 'openai' } as const
      for await (const _ of sanjha.handle({ id: 'r', model, operation, acquire: {}, caller, signal }));
    }
    await ask('team/fake')
    for (let n = 0; n < 5; n++) await expect(ask(`team/random-${n}`)).rejects.toMatchObject({ code: 'model_not_found' })
    expect(sanjha.engines.list().map(({ model }) => model)).toEqual(['team/fake'])
    expect(sanjha.metrics.render()).toContain('team/fake')
    expect(sanjha.metrics.render()).not.toContain('random')
    expect(await sanjha.remoteModels(signal)).toEqual(['team/fake'])
  })

  it('a remote that cannot be reached says so', async () => {
    const sanjha = await open('http://127.0.0.1:9/v1')
    const { signal } = new AbortController()
    await expect(sanjha.engines.acquire('team/any', {}, signal)).rejects.toMatchObject({ code: 'network_unreachable' })
    expect(await sanjha.remoteModels(signal)).toEqual([])
  })
})
