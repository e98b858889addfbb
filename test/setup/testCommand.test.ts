import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { run } from '../support/run.ts'
import { TinyCheckout } from '../support/tinyCheckout.ts'

// CI reads the last line of `npm test`; a wrong one would let a broken change in.
describe('the last line of npm test', () => {
  let checkout: TinyCheckout
  beforeAll(() => {
    checkout = new TinyCheckout()
    checkout.write('package.json', '{"type":"module","engines":{"node":">=24"},"dependencies":{}}')
    const inTest = (body: string): string => `import { test, expect, describe, beforeAll } from 'vitest'\n${body}`
    checkout.write('src/good.test.ts', inTest(`test('a', () => {}); test('b', () => {}); test.skip('c', () => {})`))
    checkout.write('src/bad.test.ts', inTest(`test('a', () => { expect(1).toBe(2) }); test('b', () => {})`))
    checkout.write('src/broken.test.ts', `import './nowhere.ts'`)
    checkout.write(
      'src/hook.test.ts',
      inTest(`describe('x', () => { beforeAll(() => { throw new Error('no') }); test('a', () => {}) })`),
    )
    checkout.write('src/stray.test.ts', inTest(`test('a', () => { Promise.reject(new Error('stray')) })`))
    checkout.write('src/crash.test.ts', inTest(`test('a', () => { process.kill(process.pid, 'SIGKILL') })`))
    checkout.write('src/killer.test.ts', inTest(`test('a', () => { process.kill(process.ppid, 'SIGKILL') })`))
    checkout.write(
      'src/real.model.test.ts',
      inTest(
        `beforeAll(() => { throw new Error('no') }); test('a', () => {}); describe('x', () => { test('b', () => {}) })`,
      ),
    )
    const missing = `export const noteMissingModel = async () => process.env['THE_MODEL'] ? undefined : 'no model: fill in X'`
    checkout.write('test/support/testModel.ts', missing)
    checkout.write('src/long.deep.test.ts', inTest(`test('a', () => {})`))
  })
  afterAll(() => checkout[Symbol.dispose]())

  const lastLines = async (...args: string[]) => {
    const { SANJHA_TEST_COUNTS: _, SANJHA_TEST_DEEP: __, SANJHA_TEST_SKIP: ___, VITEST: ____, ...env } = process.env
    const { code, stdout } = await run(process.execPath, [checkout.path('scripts/test.js'), ...args], { env })
    return {
      reason: stdout.trimEnd().split('\n').at(-3) ?? '',
      before: stdout.trimEnd().split('\n').at(-2) ?? '',
      last: `${stdout.trimEnd().split('\n').at(-1)} (${code})`,
    }
  }
  const lastLine = async (...args: string[]) => (await lastLines(...args)).last

  test.each([
    [['good'], '2 passed, 0 failed (0)'],
    [['good', 'bad'], '3 passed, 1 failed (1)'],
    [['broken'], '0 passed, 1 failed (1)'],
    [['stray'], '1 passed, 1 failed (1)'],
    [['nothing-of-this-name'], '0 passed, 1 failed (1)'],
    [['long'], '0 passed, 1 failed (1)'],
    [['--deep', 'long'], '1 passed, 0 failed (0)'],
    [['--unknown-flag'], '0 passed, 1 failed (1)'],
  ])('%j: %s', async (args, expected) => {
    expect(await lastLine(...args)).toBe(expected)
  })

  test('the line before says how many were skipped', async () => {
    expect(await lastLines('good')).toMatchObject({ before: '1 skipped', last: '2 passed, 0 failed (0)' })
  })

  test('tests on a real model are skipped, with the reason, where none can be had; else they run', async () => {
    expect(await lastLines('good', 'real')).toEqual({
      reason: '2 skipped: no model: fill in X',
      before: '3 skipped',
      last: '2 passed, 0 failed (0)',
    })
    vi.stubEnv('THE_MODEL', 'here')
    expect(await lastLine('good', 'real')).toMatch(/^2 passed, [1-9] failed \(1\)$/)
    vi.unstubAllEnvs()
  })

  // How many tests were counted before is a matter of luck here; that it has failed is not.
  test.each(['hook', 'crash', 'killer'])('%s: at least one failed', async (name) => {
    expect(await lastLine(name)).toMatch(/^\d+ passed, [1-9]\d* failed \(1\)$/)
  })
})
