import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeSettings, loadConfig, resolvePaths, silentLogger } from '../../core/index.ts'
import type { LiveSettings, SettingState } from './contract.ts'
import { createLiveSettings } from './createLiveSettings.ts'

let home: string
let file: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-settings-'))
  file = resolvePaths({ SANJHA_HOME: home }).configFile
})
afterEach(() => rm(home, { recursive: true, force: true }))

async function open(env: Record<string, string> = {}): Promise<LiveSettings> {
  const reload = () =>
    loadConfig({ env, paths: { configFile: file }, flags: [{ flag: '--port', key: 'server.port', value: 0 }] })
  return createLiveSettings({ running: await reload(), reload, log: silentLogger })
}
const entry = async (settings: LiveSettings, key: string): Promise<SettingState | undefined> =>
  (await settings.report()).settings.find((setting) => setting.key === key)

it('reports every setting with its meaning, and no secret', async () => {
  const key = 'a-very-long-secret-key'
  const settings = await open({ HF_TOKEN: 'hf_secret', SANJHA_API_KEY: key })
  const report = await settings.report()
  expect(report.settings.map((setting) => setting.key)).toEqual(describeSettings().map((setting) => setting.key))
  expect(report.settings.find((setting) => setting.key === 'hub.token')).toMatchObject({
    value: null,
    isSet: true,
    secret: true,
    editable: false,
    pending: false,
  })
  expect(await entry(settings, 'server.apiKeys')).toMatchObject({ value: null, isSet: true })
  expect(await entry(await open(), 'server.apiKeys')).toMatchObject({ value: null, isSet: false })
  expect(JSON.stringify(report)).not.toMatch(/hf_secret|a-very-long|sha256:[0-9a-f]{8}/)
  expect(await entry(settings, 'log.level')).toMatchObject({ choices: ['silent', 'error', 'warn', 'info', 'debug'] })
})

it('writes a value, and says that it waits for a restart', async () => {
  const settings = await open()
  const set = await settings.set('engine.keepAlive', '90s')
  expect(set).toMatchObject({ value: '1m30s', origin: { from: 'user', line: 2 }, pending: true, note: null })
  expect(await entry(settings, 'engine.keepAlive')).toMatchObject({ value: '1m30s', pending: true })
  expect(await readFile(file, 'utf8')).toBe('engine:\n  keepAlive: 1m30s\n')
  // Back to what it runs with: nothing waits any more.
  expect(await settings.set('engine.keepAlive', null)).toMatchObject({
    value: '5m',
    origin: { from: 'default' },
    pending: false,
  })
  expect(await settings.set('engine.keepAlive', '5m')).toMatchObject({ origin: { from: 'user' }, pending: false })
})

it('takes at once what a restart is not needed for, whoever wrote it', async () => {
  const settings = await open()
  expect(await settings.set('models.default', 'granite')).toMatchObject({ needsRestart: false, pending: false })
  expect((await settings.current()).config.models.default).toBe('granite')
  await writeFile(file, 'models: { default: smollm2, autoPull: false }\n')
  expect((await settings.current()).config.models).toEqual({ default: 'smollm2', autoPull: false })
})

it('says when something stronger sets it', async () => {
  expect((await (await open()).set('server.port', 9000)).note).toMatch(/^--port sets server\.port/)
  const settings = await open({ SANJHA_ENGINE_SLOTS: '3' })
  expect(await settings.set('engine.slots', 2)).toMatchObject({
    value: 3,
    note: expect.stringContaining('SANJHA_ENGINE_SLOTS'),
  })
})

it('changes nothing for a wrong value, an unknown key, or a setting that guards the server', async () => {
  const settings = await open()
  await settings.set('engine.slots', 2)
  const before = await readFile(file, 'utf8')
  await expect(settings.set('engine.slots', 'many')).rejects.toMatchObject({
    code: 'invalid_config',
    param: 'engine.slots',
  })
  await expect(settings.set('engine.slot', 2)).rejects.toMatchObject({
    code: 'not_found',
    hint: 'Did you mean engine.slots?',
  })
  const guarded = describeSettings().filter((setting) => !setting.editable)
  expect(guarded.map((setting) => setting.key)).toEqual(
    expect.arrayContaining([
      'server.host',
      'server.apiKeys',
      'server.allowedOrigins',
      'server.allowedHosts',
      'server.rateLimit',
      'toolServers',
      'adapters',
      'remotes',
      'hub.endpoint',
      'hub.token',
      'network.allowHttp',
    ]),
  )
  for (const { key } of guarded) {
    await expect(settings.set(key, 'x')).rejects.toMatchObject({ code: 'forbidden', hint: expect.any(String) })
  }
  expect(await readFile(file, 'utf8')).toBe(before)
})

it('goes on with what was right when somebody breaks the file, and says so', async () => {
  const settings = await open()
  await settings.set('models.default', 'granite')
  await mkdir(home, { recursive: true })
  await writeFile(file, 'models: {\n')
  expect((await settings.current()).config.models.default).toBe('granite')
  expect((await settings.report()).warnings.at(-1)).toMatch(/wrong now: .*YAML/)
  await writeFile(file, '')
  expect((await settings.report()).warnings).toEqual([])
  expect((await settings.current()).config.models.default).toBeNull()
})
