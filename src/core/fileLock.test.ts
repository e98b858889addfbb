import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { acquireFileLock, withFileLock } from './fileLock.ts'

let folder: string
let lock: string
let counter: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-lock-'))
  lock = join(folder, 'deep', 'a.lock')
  counter = join(folder, 'counter')
  await writeFile(counter, '0')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const worker = fileURLToPath(new URL('testing/lockWorker.ts', import.meta.url))
async function work(times: number, die = false): Promise<[number | null, string | null]> {
  const child = spawn(process.execPath, [worker, lock, counter, String(times), ...(die ? ['die'] : [])], {
    stdio: 'inherit',
  })
  return (await once(child, 'exit')) as [number | null, string | null]
}

it('lets one process in at a time', async () => {
  const ends = await Promise.all([work(40), work(40), work(40)])
  expect(ends).toEqual([
    [0, null],
    [0, null],
    [0, null],
  ])
  expect(await readFile(counter, 'utf8')).toBe('120')
  expect(await readdir(join(folder, 'deep'))).toEqual(['a.lock'])
})

it('is free again when its holder is killed, and then still excludes', async () => {
  const ends = await Promise.all([work(1, true), work(30), work(1, true), work(30), work(1, true)])
  expect(ends.map(([code, signal]) => signal ?? code)).toEqual(['SIGKILL', 0, 'SIGKILL', 0, 'SIGKILL'])
  expect(await readFile(counter, 'utf8')).toBe('60')
})

it('excludes within one process, and lets the next in after an error', async () => {
  let inside = 0
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      withFileLock(lock, async () => {
        expect(++inside).toBe(1)
        await new Promise((resolve) => setImmediate(resolve))
        inside--
        if (i % 5 === 0) throw new Error('work failed')
        return i
      }),
    ),
  )
  expect(results.filter((r) => r.status === 'rejected').map((r) => (r.reason as Error).message)).toEqual(
    Array(4).fill('work failed'),
  )
})

it('says "locked" after the time given', async () => {
  const release = await acquireFileLock(lock)
  await expect(acquireFileLock(lock, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'locked', retryable: true })
  await release()
  await release() // giving back twice does no harm
  await (await acquireFileLock(lock, { timeoutMs: 0 }))()
})

it('stops waiting when aborted', async () => {
  const release = await acquireFileLock(lock)
  const abort = new AbortController()
  const waiting = acquireFileLock(lock, { signal: abort.signal })
  abort.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow()
  await release()
})

it('says what is wrong when there can be no lock', async () => {
  await expect(acquireFileLock(folder)).rejects.toMatchObject({
    code: 'internal',
    hint: expect.stringMatching(/writable/),
  })
})
