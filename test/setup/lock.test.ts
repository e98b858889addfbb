import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from '../../bin/bootstrap/lock.js'
import { run } from '../support/run.ts'
import { repository } from '../support/tinyCheckout.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('two processes never work at once, also when both find the lock of a dead one', async () => {
  const lock = join(folder, 'lock')
  const dead = await run(process.execPath, ['-p', 'process.pid'])
  writeFileSync(lock, dead.stdout.trim())
  const module = pathToFileURL(join(repository, 'bin/bootstrap/lock.js')).href
  const script = `
    import { appendFileSync } from 'node:fs'
    import { withLock } from ${JSON.stringify(module)}
    const [log, lock] = process.argv.slice(1)
    for (let i = 0; i < 5; i++) await withLock(lock, async () => {
      appendFileSync(log, 'in ' + process.pid + '\\n')
      await new Promise((resolve) => setTimeout(resolve, 10))
      appendFileSync(log, 'out ' + process.pid + '\\n')
    })`
  const log = join(folder, 'log')
  const work = () => run(process.execPath, ['--input-type=module', '-e', script, log, lock])
  const results = await Promise.all([work(), work(), work()])
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0])
  const lines = (await readFile(log, 'utf8')).trim().split('\n')
  expect(lines.length).toBe(30)
  for (let i = 0; i < lines.length; i += 2) expect(lines[i + 1]).toBe(lines[i]?.replace('in', 'out'))
  expect(existsSync(lock)).toBe(false)
})

test('is freed when the work fails', async () => {
  const lock = join(folder, 'lock')
  await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(existsSync(lock)).toBe(false)
})
