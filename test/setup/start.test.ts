import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, utimesSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchedNode } from '../../bin/bootstrap/node.js'
import { findNpm } from '../../bin/bootstrap/npm.js'
import { findOldNode } from '../support/oldNode.ts'
import { run } from '../support/run.ts'
import { TinyCheckout } from '../support/tinyCheckout.ts'

const nodes = [
  { name: 'a new Node', node: process.execPath as string | undefined },
  { name: 'an old Node', node: findOldNode() },
]

describe.each(nodes)('bin/sanjha.js on $name', ({ node = '' }) => {
  let checkout: TinyCheckout
  beforeAll(() => {
    checkout = new TinyCheckout()
    // As if Node had been fetched before: this test is about what follows.
    const fetched = fetchedNode(checkout.path('.tools'))
    mkdirSync(dirname(fetched), { recursive: true })
    symlinkSync(process.execPath, fetched)
  })
  afterAll(() => checkout[Symbol.dispose]())

  const start = (...args: string[]) => run(node, [checkout.path('bin/sanjha.js'), ...args])

  test.skipIf(!node)('builds at the first start and says nothing at the next', async () => {
    const first = await start('report', 'a b', '--flag')
    expect(first.stderr).toContain('Building Sanjha')
    expect(JSON.parse(first.stdout)).toMatchObject({
      version: process.version,
      rest: ['a b', '--flag'],
      cwd: process.cwd(),
      facts: { answer: 42 },
    })
    const second = await start('report')
    expect(second.stderr).toBe('')
    expect(second.code).toBe(0)
  })

  test.skipIf(!node)('copies the files that the code reads', async () => {
    expect((await start('note')).stdout).toBe('read at run time')
  })

  test.skipIf(!node)('passes on the exit code and the standard input', async () => {
    expect((await start('exit', '3')).code).toBe(3)
    expect((await run(node, [checkout.path('bin/sanjha.js'), 'echo'], { input: 'hello' })).stdout).toBe('hello')
  })

  test.skipIf(!node).each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('passes on %s', async (signal) => {
    const child = waiting(node, checkout)
    await child.ready
    child.process.kill(signal)
    expect(await child.ended).toEqual({ code: 7, signal: null })
    expect(child.said()).toContain(signal)
  })

  test.skipIf(!node)('takes a signal to the whole process group for one signal', async () => {
    const child = waiting(node, checkout, 'count', { detached: true })
    await child.ready
    process.kill(-(child.process.pid ?? Number.NaN), 'SIGINT')
    await child.ended
    expect(child.said()).toMatch(/count 1$/)
  })

  test.skipIf(!node)('dies of a signal that the program does not handle', async () => {
    const child = waiting(node, checkout, 'unprepared')
    await child.ready
    child.process.kill('SIGTERM')
    expect(await child.ended).toEqual({ code: null, signal: 'SIGTERM' })
  })

  test.skipIf(!node)('leaves no program behind when it is killed', async () => {
    const child = waiting(node, checkout)
    const pid = await child.ready
    child.process.kill('SIGKILL')
    await child.ended
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  test.skipIf(!node)('builds again when a source has changed, not when only its time has', async () => {
    await start('report')
    utimesSync(checkout.path('src/cli/facts.json'), new Date(), new Date())
    expect((await start('report')).stderr).toBe('')
    checkout.write('src/cli/facts.json', '{"answer":43}')
    const changed = await start('report')
    expect(changed.stderr).toContain('Building Sanjha')
    expect(JSON.parse(changed.stdout).facts).toEqual({ answer: 43 })
  })

  test.skipIf(!node)('builds once when two start at the same time', async () => {
    checkout.write('src/cli/facts.json', '{"answer":44}')
    const both = await Promise.all([start('report'), start('report')])
    expect(both.map(({ stdout }) => JSON.parse(stdout).facts)).toEqual([{ answer: 44 }, { answer: 44 }])
    expect(both.filter(({ stderr }) => stderr.includes('Building Sanjha')).length).toBe(1)
  })

  test.skipIf(!node)('says where the sources do not compile, and keeps the last build', async () => {
    checkout.write('src/cli/broken.ts', 'export const wrong: number = "text"\n')
    const { code, stderr, stdout } = await start('report')
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('The sources do not compile')
    expect(stderr).toContain('broken.ts(1,14)')
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

test('ends when the npm that started it is told to end', async () => {
  using checkout = new TinyCheckout()
  const scripts = { start: 'node bin/sanjha.js wait' }
  checkout.write('package.json', JSON.stringify({ type: 'module', scripts, dependencies: {} }))
  const npm = findNpm()
  const child = spawn(npm.command, [...npm.args, '--silent', 'start'], {
    cwd: checkout.root,
    env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => {
      said += text
      if (/pid \d+/.test(said)) resolve()
    })
  })
  const ended = new Promise((resolve) => child.stdout.on('close', resolve))
  await ready
  child.kill('SIGTERM')
  await ended
  expect(said).toContain('SIGTERM')
})

function waiting(node: string, checkout: TinyCheckout, verb = 'wait', options: { detached?: boolean } = {}) {
  const child: ChildProcess = spawn(node, [checkout.path('bin/sanjha.js'), verb], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  })
  let said = ''
  const ready = new Promise<number>((resolve) => {
    child.stdout?.on('data', (text) => {
      said += text
      const pid = /pid (\d+)/.exec(said)?.[1]
      if (pid) resolve(Number(pid))
    })
  })
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
  return { process: child, ready, ended, said: () => said }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
