import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { resolvePaths } from '../../src/core/index.ts'
import { tinyGguf } from '../../src/models/testing/makeGguf.ts'
import { TestHome } from '../support/sanjha.ts'
import { pulled, serve, until } from '../support/serving.ts'

/** A download that was left half way so many days ago. */
async function leave(home: TestHome, name: string, days: number): Promise<string> {
  const folder = join(resolvePaths(home.env).store, 'staging', name)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'model.gguf.partial'), 'half')
  const then = new Date(Date.now() - days * 24 * 3600 * 1000)
  for (const path of [join(folder, 'model.gguf.partial'), folder]) await utimes(path, then, then)
  return folder
}

it('a server removes downloads that were left half way long ago, and no others', async () => {
  await using home = new TestHome()
  const [old, young] = [await leave(home, 'old', 101), await leave(home, 'young', 89)]
  const server = await serve(home)
  await until(async () => !existsSync(old) || undefined)
  expect(existsSync(young)).toBe(true)
  await server.stop()
})

it('a server takes no model, also where the index that names it has been moved away', async () => {
  await using home = new TestHome()
  const path = join(home.path, 'tiny.gguf')
  await writeFile(path, tinyGguf())
  await pulled(home, path)
  const { store } = resolvePaths(home.env)
  const folder = join(store, 'blobs', 'sha256')
  const blobs = await readdir(folder)
  const then = new Date(Date.now() - 2 * 24 * 3600 * 1000)
  for (const name of blobs) await utimes(join(folder, name), then, then)
  // As the message about a damaged index asks for.
  await rename(join(store, 'index.json'), join(store, 'index.damaged'))
  const old = await leave(home, 'old', 101)
  const server = await serve(home)
  await until(async () => !existsSync(old) || undefined)
  expect(await readdir(folder)).toEqual(blobs)
  await server.stop()
})

it('`sanjha rm` removes downloads that were left half way long ago, and no others', async () => {
  await using home = new TestHome()
  const path = join(home.path, 'tiny.gguf')
  await writeFile(path, tinyGguf())
  const name = await pulled(home, path)
  const [old, young] = [await leave(home, 'old', 101), await leave(home, 'young', 89)]
  expect((await home.sanjha(['rm', name])).code).toBe(0)
  expect([existsSync(old), existsSync(young)]).toEqual([false, true])
})
