import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { withLock } from '../../bin/bootstrap/lock.js'
import * as bootstrap from '../../bin/bootstrap/processIdentity.js'
import { thisProcess } from '../../src/core/index.ts'
import { run } from '../support/run.ts'
import { repository } from '../support/tinyCheckout.ts'

let folder: string
let lock: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-lock-'))
  lock = join(folder, 'lock')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const held = (by: object): void => writeFileSync(lock, JSON.stringify({ ...thisProcess(), ...by }))
const deadPid = async (): Promise<number> => Number((await run(process.execPath, ['-p', 'process.pid'])).stdout)

/** Takes the lock; says how many looks that took. `during` is called before each further look. */
async function looks(during: (look: number) => void = () => undefined): Promise<number> {
  let count = 0
  await withLock(lock, async () => expect(JSON.parse(readFileSync(lock, 'utf8'))).toEqual(thisProcess()), {
    pause: async () => during(++count),
  })
  expect(existsSync(lock)).toBe(false)
  return count
}

test('two processes never work at once, also when both find the lock of a dead one', async () => {
  held({ pid: await deadPid() })
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
  await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(existsSync(lock)).toBe(false)
})

test('processes are told apart here as they are in the program', () => {
  expect(bootstrap.thisProcess()).toEqual(thisProcess())
})

describe.runIf(process.platform === 'linux')('a holder of this machine', () => {
  test('keeps its lock however long it was silent, for example because the machine slept', async () => {
    held({})
    utimesSync(lock, new Date(0), new Date(0))
    expect(await looks((look) => look === 10_000 && rmSync(lock))).toBe(10_000)
  })

  test.each([
    ['that is gone', async () => ({ pid: await deadPid() })],
    ['whose pid another process has now', async () => ({ started: '1' })],
    ['that ran before the machine was started again', async () => ({ boot: 'another' })],
  ])('%s has lost it at once', async (_, by) => {
    held(await by())
    expect(await looks()).toBe(1)
  })
})

describe.each([
  ['of another machine', { host: 'elsewhere' }],
  ['of another container', { namespace: 'pid:[1]' }],
])('a holder %s', (_, by) => {
  test('keeps its lock while it gives signs of life, whatever its clock says', async () => {
    held(by)
    const touched = (look: number): void => {
      if (look % 1000 === 0) utimesSync(lock, new Date(look), new Date(look))
      if (look === 20_000) rmSync(lock)
    }
    expect(await looks(touched)).toBe(20_000)
  })

  test('has lost it after ten minutes of silence', async () => {
    held(by)
    // Five looks a second.
    const count = await looks()
    expect(count).toBeGreaterThanOrEqual(3000)
    expect(count).toBeLessThan(3010)
  })
})

test('who was taken for dead and is not leaves the lock to whom it belongs now', async () => {
  await withLock(lock, async () => held({ host: 'elsewhere' }))
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ host: 'elsewhere' })
})
