import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SanjhaError } from '../errors.ts'
import { hashApiKey, matchApiKey } from './apiKeys.ts'
import { checkExposure, isLoopbackHost } from './checkExposure.ts'
import type { ConfigFlag, LoadedConfig } from './config.ts'
import { defaultConfig, loadConfig } from './loadConfig.ts'
import { describeSettings, fieldOf, settings, variablesOf } from './settings.ts'

let home: string
let project: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-config-'))
  project = join(home, 'work', 'project')
  await mkdir(project, { recursive: true })
})
afterEach(() => rm(home, { recursive: true, force: true }))

interface Layers {
  user?: string
  projectFile?: string
  env?: Record<string, string>
  flags?: ConfigFlag[]
}
async function load({ user, projectFile, env = {}, flags = [] }: Layers): Promise<LoadedConfig> {
  const configFile = join(home, 'config.yaml')
  if (user !== undefined) await writeFile(configFile, user)
  if (projectFile !== undefined) await writeFile(join(project, 'sanjha.yaml'), projectFile)
  return loadConfig({ env, paths: { configFile }, cwd: project, flags, home })
}
async function failure(layers: Layers): Promise<SanjhaError> {
  const error = await load(layers).then(
    () => expect.fail('should have failed'),
    (e: unknown) => e,
  )
  if (!SanjhaError.is(error)) throw error
  expect(error.code).toBe('invalid_config')
  return error
}
const origin = (loaded: LoadedConfig, key: string) => loaded.settings.find((s) => s.key === key)?.origin

describe('precedence', () => {
  it('is default without anything', async () => {
    const loaded = await load({})
    expect(loaded.config).toEqual(defaultConfig())
    expect(loaded.config.server.host).toBe('127.0.0.1')
    expect(loaded.config.engine.keepAliveMs).toBe(300_000)
    expect(new Set(loaded.settings.map((s) => s.origin.from))).toEqual(new Set(['default']))
    expect(loaded.projectFile).toBeNull()
    expect(loaded.warnings).toEqual([])
  })

  const layers = {
    user: 'server:\n  port: 1001\n',
    projectFile: '# ours\nserver: { port: 1002 }\n',
    env: { SANJHA_SERVER_PORT: '1003' },
    flags: [{ flag: '--port', key: 'server.port', value: '1004' }],
  }
  it.each([
    [['user'], 1001, { from: 'user', line: 2, column: 9 }],
    [['user', 'projectFile'], 1002, { from: 'project', line: 2, column: 17 }],
    [['user', 'projectFile', 'env'], 1003, { from: 'env', name: 'SANJHA_SERVER_PORT' }],
    [['user', 'projectFile', 'env', 'flags'], 1004, { from: 'flag', flag: '--port' }],
    [['user', 'flags'], 1004, { from: 'flag', flag: '--port' }],
  ] as const)('%j', async (names, port, from) => {
    const loaded = await load(Object.fromEntries(names.map((n) => [n, layers[n]])))
    expect(loaded.config.server.port).toBe(port)
    expect(origin(loaded, 'server.port')).toMatchObject(from)
  })

  it('takes the own variable before the standard one, and passes over empty ones', async () => {
    const both = await load({ env: { SANJHA_PORT: '1', SANJHA_SERVER_PORT: '2' } })
    expect(both.config.server.port).toBe(2)
    const empty = await load({ env: { SANJHA_PORT: '1', SANJHA_SERVER_PORT: '' } })
    expect(empty.config.server.port).toBe(1)
  })

  it('finds the project file above, but not above the repository', async () => {
    await writeFile(join(home, 'sanjha.yaml'), 'log: { level: debug }')
    const below = await load({})
    expect(below.config.log.level).toBe('debug')
    expect(below.projectFile).toBe(join(home, 'sanjha.yaml'))
    await mkdir(join(project, '.git'))
    expect((await load({})).config.log.level).toBe('info')
  })

  it('leaves out flags that were not given', async () => {
    expect((await load({ flags: [{ flag: '--port', key: 'server.port', value: undefined }] })).config.server.port).toBe(
      8642,
    )
  })
})

describe('values', () => {
  it('reads every kind from YAML', async () => {
    const { config } = await load({
      user: `
server: { maxBody: 1MiB, requestTimeout: -1, allowedOrigins: [https://a.example, https://b.example] }
models: { default: granite, autoPull: no }
engine: { contextLength: auto, threads: 2, keepAlive: 1h30m, memoryLimit: 8GiB, kvType: q8_0, speculative: off }
remotes:
  - { name: big, baseUrl: "http://127.0.0.1:8000/v1/", apiKeyEnv: BIG_KEY, models: [a, b] }
network: { offline: true }
`,
    })
    expect(config.server).toMatchObject({ maxBodyBytes: 2 ** 20, requestTimeoutMs: Infinity })
    expect(config.server.allowedOrigins).toEqual(['https://a.example', 'https://b.example'])
    expect(config.models).toEqual({ default: 'granite', autoPull: false })
    expect(config.engine).toMatchObject({
      contextLength: null,
      threads: 2,
      keepAliveMs: 5_400_000,
      memoryLimitBytes: 8 * 2 ** 30,
      kvType: 'q8_0',
      speculative: false,
    })
    expect(config.remotes).toEqual([
      { name: 'big', baseUrl: 'http://127.0.0.1:8000/v1', apiKeyEnv: 'BIG_KEY', models: ['a', 'b'] },
    ])
    expect(config.network.offline).toBe(true)
  })

  it('reads tool servers, and takes their paths from the folder of what names them', async () => {
    const { config } = await load({
      user: `toolServers:
  - { name: files, command: npx, args: [-y, some-server, .], cwd: ./data, passEnv: [FILES_KEY] }
  - { name: far, url: "https://tools.example/mcp/", tokenFile: far.token }
`,
    })
    expect(config.toolServers).toEqual([
      {
        name: 'files',
        command: 'npx',
        args: ['-y', 'some-server', '.'],
        cwd: join(home, 'data'),
        passEnv: ['FILES_KEY'],
      },
      { name: 'far', url: 'https://tools.example/mcp', tokenFile: join(home, 'far.token') },
    ])
  })

  it('reads adapters, and takes their files from the folder of what names them', async () => {
    const poet = '{ name: poet, model: smollm2, file: ./poet.gguf'
    const adapter = { name: 'poet', model: 'smollm2', scale: 1 }
    const user = await load({
      user: `adapters: [${poet} }, { name: p.2_a-b, model: m, file: /a.gguf, scale: -0.5 }]\n`,
    })
    expect(user.config.adapters).toEqual([
      { ...adapter, file: join(home, 'poet.gguf') },
      { name: 'p.2_a-b', model: 'm', file: '/a.gguf', scale: -0.5 },
    ])
    const inProject = await load({ projectFile: `adapters: [${poet}, scale: 2 }]\n` })
    expect(inProject.config.adapters).toEqual([{ ...adapter, file: join(project, 'poet.gguf'), scale: 2 }])
    const value = JSON.stringify([{ ...adapter, file: '../poet.gguf' }])
    for (const layer of [
      { env: { SANJHA_ADAPTERS: value } },
      { flags: [{ flag: '--adapters', key: 'adapters', value }] },
    ]) {
      const { config } = await load(layer)
      expect(config.adapters).toEqual([{ ...adapter, file: join(home, 'work', 'poet.gguf') }])
    }
  })

  it('reads lists and the hub’s own variables from the environment', async () => {
    const loaded = await load({
      env: {
        SANJHA_SERVER_ALLOWED_HOSTS: 'a.example, b.example',
        HF_ENDPOINT: 'https://hub.example/',
        HF_TOKEN: 't0p',
      },
    })
    expect(loaded.config.server.allowedHosts).toEqual(['a.example', 'b.example'])
    expect(loaded.config.hub).toMatchObject({ endpoint: 'https://hub.example', token: 't0p' })
    expect(JSON.stringify(loaded.settings)).not.toContain('t0p')
    expect(origin(loaded, 'hub.token')).toEqual({ from: 'env', name: 'HF_TOKEN' })
  })

  it('keeps a plain key only as its digest', async () => {
    const loaded = await load({ env: { SANJHA_API_KEY: 'open sesame' } })
    expect(loaded.config.server.apiKeys).toEqual([hashApiKey('open sesame')])
    expect(matchApiKey('open sesame', loaded.config.server.apiKeys)).toMatch(/^[0-9a-f]{12}$/)
    expect(matchApiKey('open says me', loaded.config.server.apiKeys)).toBeNull()
    expect(matchApiKey('', [])).toBeNull()
  })

  it('takes nothing after the colon for not set', async () => {
    const loaded = await load({ user: 'server:\nengine:\n  keepAlive: 1m\n' })
    expect(loaded.config.engine.keepAliveMs).toBe(60_000)
    expect((await load({ user: '# empty\n' })).config).toEqual(defaultConfig())
  })

  it('shows what is read back as the same', async () => {
    for (const setting of settings) {
      const shown = setting.kind.show(setting.default)
      expect(setting.kind.parse(shown), setting.key).toEqual(setting.default)
    }
  })
})

describe('mistakes', () => {
  it.each([
    ['server:\n  prot: 80\n', /config\.yaml:2:3: .*"server\.prot".*Did you mean "server\.port"/],
    ['port: 80\n', /config\.yaml:1:1: .*Did you mean "server\.port"/],
    ['sever:\n  port: 80\n', /config\.yaml:1:1: .*Did you mean "server"/],
    ['zzzzzz: 1\n', /There is no setting "zzzzzz"/],
    ['server:\n  port: many\n', /config\.yaml:2:9: "server\.port" takes a whole number from 0 to 65535; "many" is not/],
    ['server:\n  port: 70000\n', /70000 is not/],
    ['server:\n  port: 80.5\n', /80\.5 is not/],
    ['server: 80\n', /config\.yaml:1:9: "server" holds further settings/],
    ['- server\n', /config\.yaml:1:1: The file must hold settings/],
    ['server:\n  port: 1\n  port: 2\n', /config\.yaml:3:3 is no valid YAML/],
    ['server: {\n', /is no valid YAML/],
    ['hub:\n  token: abc\n', /config\.yaml:2:10: .*secret.*HF_TOKEN/],
    ['server:\n  apiKeys: [hello]\n', /SHA-256.*SANJHA_API_KEY/],
    ['remotes:\n  - name: a\n', /needs `baseUrl`/],
    ['remotes:\n  - { name: a, baseUrl: "http://x", apiKey: s3cret }\n', /does not belong/],
    ['toolServers:\n  - { name: a }\n', /needs `command` or `url`/],
    ['toolServers:\n  - { name: a, command: b, url: "http://x" }\n', /not both/],
    ['toolServers:\n  - { name: a_b, command: b }\n', /letters, digits and hyphens/],
    ['toolServers:\n  - { name: a, command: b, env: { KEY: s3cret } }\n', /passEnv/],
    ['toolServers:\n  - { name: a, command: b, agrs: [] }\n', /did you mean "args"/],
    ['toolServers:\n  - { name: a, command: b, args: [1] }\n', /list of texts/],
    ['toolServers:\n  - { name: a, command: b, tokenEnv: C }\n', /is for a tool server with a `url`/],
    ['toolServers:\n  - { name: a, url: "http://x", passEnv: [C] }\n', /is for a tool server with a `command`/],
    ['toolServers:\n  - { name: a, url: "ftp://x" }\n', /must be an http/],
    ['toolServers:\n  - { name: a, command: b }\n  - { name: a, command: c }\n', /Two tool servers/],
    ['remotes:\n  - { name: a, baseUrl: "http://x", modles: [] }\n', /did you mean "models"/],
    ['remotes:\n  - { name: a, baseUrl: "http://u:p@x" }\n', /must not hold a password/],
    ['remotes:\n  - { name: a/b, baseUrl: "http://x" }\n', /made of letters/],
    ['remotes:\n  - { name: a, baseUrl: "http://x" }\n  - { name: a, baseUrl: "http://y" }\n', /Two remotes/],
    ['adapters: [poet]\n', /Each adapter is a map/],
    ['adapters: poet\n', /"adapters" takes a list of/],
    ['adapters: [{ name: a, model: m }]\n', /needs `file`/],
    ['adapters: [{ name: a, file: f, model: [m] }]\n', /needs `model`/],
    ['adapters: [{ name: a, model: m, file: f, scal: 1 }]\n', /did you mean "scale"/],
    ['adapters: [{ name: a, model: m, file: f, scale: much }]\n', /`scale` of the adapter "a" must be a number/],
    ['adapters: [{ name: a, model: m, file: f, scale: .inf }]\n', /must be a number/],
    ['adapters: [{ name: a/b, model: m, file: f }]\n', /made of letters/],
    ['adapters: [{ name: "a:b", model: m, file: f }]\n', /made of letters/],
    ['adapters: [{ name: a, model: m, file: f }, { name: a, model: m, file: g }]\n', /Two adapters are called "a"/],
    ['adapters: [{ name: a, model: b, file: f }, { name: b, model: a, file: g }]\n', /must be for a stored model/],
    ['adapters: [{ name: a, model: a, file: f }]\n', /must be for a stored model/],
    ['engine: { threads: 0 }\n', /`auto` or a whole number/],
    ['engine: { kvType: f32 }\n', /one of `f16`, `q8_0`, `q4_0`/],
  ])('%j', async (user, message) => {
    const error = await failure({ user })
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('s3cret')
  })

  it('names the variable or the flag at fault', async () => {
    expect((await failure({ env: { SANJHA_PORT: 'x' } })).message).toMatch(/^SANJHA_PORT in the environment/)
    expect((await failure({ flags: [{ flag: '--port', key: 'server.port', value: 'x' }] })).message).toMatch(/^--port/)
    expect((await failure({ flags: [{ flag: '--prt', key: 'server.prt', value: 1 }] })).message).toMatch(
      /Did you mean "server.port"/,
    )
  })

  it('warns of a variable that is probably misspelt, and of no other', async () => {
    const loaded = await load({
      env: { SANJHA_SERVER_PROT: '1', SANJHA_PORT: '1', SANJHA_HOME: '/x', SANJHA_THEIR_OWN_THING: '1' },
    })
    expect(loaded.warnings).toEqual([expect.stringContaining('SANJHA_SERVER_PORT')])
  })

  it('lets no project open the machine or send data elsewhere', async () => {
    for (const projectFile of [
      'server: { host: 0.0.0.0 }',
      'server: { allowedOrigins: [https://evil.example] }',
      'hub: { endpoint: https://evil.example }',
      'registries: { npm: https://evil.example }',
      'remotes: [{ name: a, baseUrl: https://evil.example, apiKeyFile: /etc/passwd }]',
      'toolServers: [{ name: a, command: /bin/sh }]',
    ]) {
      expect((await failure({ projectFile })).message).toMatch(/may not be set by a project/)
    }
  })

  it.each(['engine: { backend: { toString: false } }', 'log: { level: [info] }', 'engine: { speculative: [on] }'])(
    'takes no list and no map for a word: %s',
    async (user) => {
      expect((await failure({ user })).code).toBe('invalid_config')
    },
  )

  it('never fails with anything but invalid_config, whatever the file holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ maxLength: 60 }),
          fc.json({ maxDepth: 3 }),
          fc
            .tuple(fc.constantFrom(...settings.map((s) => s.key)), fc.jsonValue({ maxDepth: 2 }))
            .map(([key, value]) =>
              JSON.stringify(key.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)),
            ),
        ),
        async (user) => {
          const error = await load({ user }).then(
            () => undefined,
            (e: unknown) => e,
          )
          if (error !== undefined) expect(SanjhaError.is(error) && error.code).toBe('invalid_config')
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('the table', () => {
  it('has the fields of Config and no others', () => {
    const config = defaultConfig() as unknown as Record<string, unknown>
    const fields = Object.entries(config).flatMap(([section, value]) =>
      Array.isArray(value) ? [section] : Object.keys(value as object).map((name) => `${section}.${name}`),
    )
    expect(fields.toSorted()).toEqual(settings.map((s) => fieldOf(s).join('.')).toSorted())
  })
  it('gives every setting its own variables and a meaning', () => {
    const variables = settings.flatMap(variablesOf)
    expect(new Set(variables).size).toBe(variables.length)
    expect(variables).toContain('SANJHA_ENGINE_KEEP_ALIVE')
    for (const row of describeSettings()) expect(row.meaning, row.key).toMatch(/^[A-Z].*\.$/)
  })
})

describe('checkExposure', () => {
  it.each(['127.0.0.1', '127.3.2.1', '::1', '[::1]', 'localhost', 'a.localhost', '::ffff:127.0.0.1'])(
    'lets %s be without a key',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true)
      checkExposure({ host, apiKeys: [] })
    },
  )
  it.each(['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.0.0.1.example.org', 'localhost.example.org'])(
    'asks for a key on %s',
    (host) => {
      expect(() => checkExposure({ host, apiKeys: [] })).toThrow(/API key/)
      checkExposure({ host, apiKeys: [hashApiKey('k')] })
    },
  )
})
