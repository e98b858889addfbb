import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeFileAtomic } from './atomicFile.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-atomic-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('writes text and bytes, makes folders, sets the mode, leaves nothing beside it', async () => {
  const path = join(folder, 'a', 'b', 'file')
  await writeFileAtomic(path, 'ਸਾਂਝਾ', 0o600)
  expect(await readFile(path, 'utf8')).toBe('ਸਾਂਝਾ')
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600)
  await writeFileAtomic(path, new Uint8Array([1, 2, 3]))
  expect([...(await readFile(path))]).toEqual([1, 2, 3])
  expect(await readdir(join(folder, 'a', 'b'))).toEqual(['file'])
})

it('leaves what was there when it fails', async () => {
  const path = join(folder, 'taken')
  await mkdir(join(path, 'inside'), { recursive: true })
  await expect(writeFileAtomic(path, 'x')).rejects.toThrow()
  expect(await readdir(folder)).toEqual(['taken'])
})

it('shows readers one whole version or another, whoever writes, also when writers are killed', async () => {
  const path = join(folder, 'file')
  const size = 300_000
  await writeFile(path, 'z'.repeat(size))
  const module = new URL('atomicFile.ts', import.meta.url).href
  const writers = ['a', 'b', 'c'].map((letter) => {
    const code = `const { writeFileAtomic } = await import(${JSON.stringify(module)}); console.log('go');
      for (;;) await writeFileAtomic(${JSON.stringify(path)}, '${letter}'.repeat(${size}))`
    return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  })
  await Promise.all(writers.map((w) => once(w.stdout, 'data')))
  const look = async (): Promise<string> => {
    const text = await readFile(path, 'utf8')
    expect(text).toBe((text[0] as string).repeat(size))
    await new Promise((resolve) => setTimeout(resolve, 2))
    return text[0] as string
  }
  try {
    // However slow they are: two of them have written, before any is killed.
    const seen = new Set<string>()
    while (seen.size < 2) {
      const letter = await look()
      if (letter !== 'z') seen.add(letter)
    }
    for (const writer of writers) {
      for (let i = 0; i < 20; i++) await look()
      writer.kill('SIGKILL')
      await once(writer, 'exit')
    }
    await look()
  } finally {
    for (const writer of writers) writer.kill('SIGKILL')
  }
}, 60_000)
