/** Every command imports these doors, so what they load is paid for by `sanjha --help`. A time would tell the same, unreliably. */
import { execFile } from 'node:child_process'
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

it.each(['index.ts', '../runs/index.ts', '../chats/index.ts'])('importing %s loads nothing heavy', async (door) => {
  expect(await loadedFor(`await import(${JSON.stringify(new URL(door, import.meta.url).href)})`)).toEqual([])
})

it('would be noticed', async () => {
  const yaml = import.meta.resolve('yaml')
  const loaded = await loadedFor(`await import('node:crypto'); await import('node:http'); await import('${yaml}')`)
  expect(loaded).toEqual(expect.arrayContaining(['NativeModule crypto', 'NativeModule http']))
  expect(loaded.some((name) => name.includes('/yaml/'))).toBe(true)
})
