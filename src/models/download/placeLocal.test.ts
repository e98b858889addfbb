import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { placeLocal } from './placeLocal.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sanjha-place-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

async function place(path: string): Promise<{ copied: boolean; to: string }> {
  const to = join(directory, 'placed')
  let copied = false
  await placeLocal(path, to, async () => {
    copied = true
  })
  return { copied, to }
}

async function original(name: string): Promise<string> {
  const path = join(directory, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, 'bytes')
  return path
}

test('an edit of the original in place does not reach what was placed', async () => {
  const path = await original('m.gguf')
  const { to } = await place(path)
  await writeFile(path, 'other')
  expect(await readFile(to, 'utf8')).toBe('bytes')
})

test.each([`hub/blobs/${'a'.repeat(64)}`, `models/blobs/sha256-${'b'.repeat(64)}`])(
  '%s is not copied',
  async (name) => {
    expect((await place(await original(name))).copied).toBe(false)
  },
)

test('a read-only file is not copied, and stays read-only', async () => {
  const path = await original('m.gguf')
  await chmod(path, 0o444)
  expect((await place(path)).copied).toBe(false)
  expect((await stat(path)).mode & 0o777).toBe(0o444)
})

test('a link is followed to the file itself', async () => {
  const blob = await original(`hub/blobs/${'c'.repeat(64)}`)
  const path = join(directory, 'm.gguf')
  await symlink(blob, path)
  const { copied, to } = await place(path)
  expect([copied, await readFile(to, 'utf8')]).toEqual([false, 'bytes'])
})

test('a refusal before the copy leaves nothing', async () => {
  const path = await original('m.gguf')
  const to = join(directory, 'placed')
  const refused = await placeLocal(path, to, async () => {
    throw new Error('no space')
  }).catch((error: Error) => error.message)
  // On a file system that shares blocks there is no copy to refuse.
  const placed = await stat(to).catch(() => undefined)
  expect(refused === 'no space' ? placed : true).toBe(refused === 'no space' ? undefined : true)
})
