/** Every command imports these doors, so what they load is paid for by `sanjha --help`. A time would tell the same, unreliably. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** What a fresh process loads for `statement`: heavy parts of Node, and installed packages. */
async function loadedFor(statement: string): Promise<string[]> {
  const code = `import { registerHooks } from 'node:module'
    const packages = []
    registerHooks({ load: (url, context, next) => (url.includes('/node_modules/') && packages.push(url), next(url, context)) })
    const before = new Set(process.moduleLoadList)
    ${statement}
    const heavy = /^NativeModule (crypto|http|https|http2|zlib|child_process)$/
    console.log(JSON.stringify([...process.moduleLoadList.filter((m) => !before.has(m) && heavy.test(m)), ...packages]))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
  return JSON.parse(stdout)
}

/** `sanjha list` needs the last two; the other rooms stand beside it. */
const doors = ['index.ts', '../runs/index.ts', '../chats/index.ts', '../models/index.ts', '../app/openModels.ts']

it.each(doors)('importing %s loads nothing heavy', async (door) => {
  expect(await loadedFor(`await import(${JSON.stringify(new URL(door, import.meta.url).href)})`)).toEqual([])
})

it('opening the models loads no other room', async () => {
  const door = new URL('../app/openModels.ts', import.meta.url).href
  const code = `import { registerHooks } from 'node:module'
    const urls = []
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
    const { openModels } = await import('${door}')
    const { models, close } = await openModels({ env: { SANJHA_HOME: process.argv[1] } })
    await models.list()
    await close()
    console.log(JSON.stringify(urls.flatMap((url) => /[/]src[/](\\w+)[/]/.exec(url)?.[1] ?? [])))`
  const home = await mkdtemp(join(tmpdir(), 'sanjha-light-'))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code, home])
    expect(new Set(JSON.parse(stdout))).toEqual(new Set(['app', 'core', 'models']))
  } finally {
    await rm(home, { recursive: true, force: true })
  }
})

it('starting an installed program loads nothing for finding another Node', async () => {
  const installed = new URL('../../bin/bootstrap/installed.js', import.meta.url).href
  const prepared = `await (await import('${installed}')).prepareInstalled()`
  expect(await loadedFor(prepared)).toEqual([])
})

it('would be noticed', async () => {
  const yaml = import.meta.resolve('yaml')
  const loaded = await loadedFor(`await import('node:crypto'); await import('node:http'); await import('${yaml}')`)
  expect(loaded).toEqual(expect.arrayContaining(['NativeModule crypto', 'NativeModule http']))
  expect(loaded.some((name) => name.includes('/yaml/'))).toBe(true)
})
