import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig } from './loadConfig.ts'
import { changeConfigList } from './setConfigValue.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-list-'))
  file = join(folder, 'config.yaml')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const remote = (name: string) => ({ name, baseUrl: `http://${name}.example/v1` })
const add = (name: string): Promise<void> => changeConfigList(file, 'remotes', () => ({ add: remote(name) }))
const names = async (): Promise<string[]> =>
  (await loadConfig({ env: {}, paths: { configFile: file } })).config.remotes.map(({ name }) => name)

it.each(['', 'remotes:\n', 'remotes: []\n', '# nothing yet\n', 'server: { port: 1 }\n'])(
  'adds to %j',
  async (before) => {
    await writeFile(file, before)
    await add('a')
    await add('b')
    expect(await names()).toEqual(['a', 'b'])
    await changeConfigList(file, 'remotes', (items) => {
      expect(items).toEqual([remote('a'), remote('b')])
      return { removeAt: 0 }
    })
    expect(await names()).toEqual(['b'])
    await changeConfigList(file, 'remotes', () => ({ removeAt: 0 }))
    // Nothing is left of it, and nothing else is lost.
    expect((await readFile(file, 'utf8')).trim()).toMatch(before.startsWith('remotes') ? /^(\{\})?$/ : before.trim())
  },
)

it('loses none of many that are added at once', async () => {
  const all = ['a', 'b', 'c', 'd', 'e', 'f']
  await Promise.all(all.map(add))
  expect((await names()).toSorted()).toEqual(all)
})

it('changes nothing for what is wrong', async () => {
  await add('a')
  const before = await readFile(file, 'utf8')
  await expect(add('a')).rejects.toMatchObject({ code: 'invalid_config', param: 'remotes' })
  await expect(changeConfigList(file, 'remotes', () => ({ add: { name: 'x' } }))).rejects.toThrow(/needs `baseUrl`/)
  await expect(changeConfigList(file, 'remote', () => ({ removeAt: 0 }))).rejects.toThrow(/Did you mean/)
  expect(await readFile(file, 'utf8')).toBe(before)
  await writeFile(file, 'base: &all []\nremotes: *all\n')
  await expect(add('b')).rejects.toThrow(/only a person/)
})
