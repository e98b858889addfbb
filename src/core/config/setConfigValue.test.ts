import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig } from './loadConfig.ts'
import { setConfigValue } from './setConfigValue.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-set-'))
  file = join(folder, 'nested', 'config.yaml')
})
afterEach(() => rm(folder, { recursive: true, force: true }))
const load = () => loadConfig({ env: {}, paths: { configFile: file } })

it('makes the file, and adds to it', async () => {
  await setConfigValue(file, 'server.port', '9000')
  await setConfigValue(file, 'engine.keepAlive', '90s')
  await setConfigValue(file, 'engine.memoryLimit', '2 GiB')
  expect(await readFile(file, 'utf8')).toBe('server:\n  port: 9000\nengine:\n  keepAlive: 1m30s\n  memoryLimit: 2GiB\n')
  const { config } = await load()
  expect([config.server.port, config.engine.keepAliveMs, config.engine.memoryLimitBytes]).toEqual([
    9000,
    90_000,
    2 * 2 ** 30,
  ])
  expect(await readdir(join(folder, 'nested'))).toEqual(['.config.yaml.lock', 'config.yaml'])
})

it('keeps comments, order and quotes', async () => {
  file = join(folder, 'config.yaml')
  await writeFile(file, '# mine\nserver:\n  # why 1\n  port: 1 # one\n  host: "::1"\nlog: { level: warn }\n')
  await setConfigValue(file, 'server.port', 2)
  expect(await readFile(file, 'utf8')).toBe(
    '# mine\nserver:\n  # why 1\n  port: 2 # one\n  host: "::1"\nlog: { level: warn }\n',
  )
})

it('takes a setting out, and writes below an empty section', async () => {
  file = join(folder, 'config.yaml')
  await writeFile(file, 'server:\n  port: 1\n  host: localhost\nengine:\n')
  await setConfigValue(file, 'server.port', undefined)
  await setConfigValue(file, 'engine.threads', 'auto')
  expect((await load()).settings.filter((s) => s.origin.from === 'user').map((s) => s.key)).toEqual([
    'server.host',
    'engine.threads',
  ])
  await setConfigValue(file, 'models.default', null)
  expect((await load()).config.models.default).toBeNull()
})

it('writes lists and maps', async () => {
  await setConfigValue(file, 'server.allowedHosts', 'a.example,b.example')
  await setConfigValue(file, 'remotes', '[{"name":"big","baseUrl":"http://127.0.0.1:1/v1"}]')
  const { config } = await load()
  expect(config.server.allowedHosts).toEqual(['a.example', 'b.example'])
  expect(config.remotes).toEqual([{ name: 'big', baseUrl: 'http://127.0.0.1:1/v1' }])
})

it('changes nothing when the value, the key or the file is wrong', async () => {
  await setConfigValue(file, 'server.port', 1)
  await expect(setConfigValue(file, 'server.port', 'x')).rejects.toMatchObject({ code: 'invalid_config' })
  await expect(setConfigValue(file, 'server.prot', 1)).rejects.toThrow(/Did you mean "server.port"/)
  await expect(setConfigValue(file, 'hub.token', 'abc')).rejects.toThrow(/secret/)
  expect(await readFile(file, 'utf8')).toBe('server:\n  port: 1\n')
  await writeFile(file, 'server: {\n')
  await expect(setConfigValue(file, 'server.port', 1)).rejects.toThrow(/YAML/)
  expect(await readFile(file, 'utf8')).toBe('server: {\n')
})

it('leaves a link a link, and loses no change when several write at once', async () => {
  await writeFile(join(folder, 'real.yaml'), '')
  file = join(folder, 'config.yaml')
  await symlink('real.yaml', file)
  await Promise.all([
    setConfigValue(file, 'server.port', 1),
    setConfigValue(file, 'engine.slots', 2),
    setConfigValue(file, 'log.level', 'warn'),
  ])
  expect((await lstat(file)).isSymbolicLink()).toBe(true)
  const { config } = await load()
  expect([config.server.port, config.engine.slots, config.log.level]).toEqual([1, 2, 'warn'])
})
