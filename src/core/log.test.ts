import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLogger, silentLogger } from './log.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-log-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('writes JSON lines of its level, and never a secret', async () => {
  const file = join(folder, 'deep', 'a.log')
  const log = await createLogger({ level: 'info', file })
  log.debug({}, 'not this')
  log.child({ run: 'r' }).warn({ token: 's3cret', request: { headers: { Authorization: 's3cret' } }, n: 1 }, 'this')
  log.error({ remote: { apiKey: 's3cret' } }, 'and this')
  const text = await readFile(file, 'utf8')
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toMatchObject([
    { msg: 'this', run: 'r', n: 1, token: '[secret]', pid: process.pid },
    { msg: 'and this', remote: { apiKey: '[secret]' } },
  ])
  expect(text).not.toContain('s3cret')
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('writes nothing when silent', async () => {
  expect(await createLogger({ level: 'silent' })).toBe(silentLogger)
  silentLogger.child({}).error({}, 'x')
})
