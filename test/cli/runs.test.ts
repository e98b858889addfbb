import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cliSchemas } from '../../scripts/cliSchemas.ts'
import { tinyGguf } from '../../src/models/testing/makeGguf.ts'
import type { RunEvent, RunRecord } from '../../src/runs/index.ts'
import { type FaultyServer, startFaultyServer } from '../support/faultyServer.ts'
import { TestHome } from '../support/sanjha.ts'

let server: FaultyServer
let home: TestHome
beforeEach(async () => {
  server = await startFaultyServer()
  home = new TestHome()
})
afterEach(async () => {
  await home[Symbol.asyncDispose]()
  await server.close()
})

const file = tinyGguf()
const list = async (): Promise<RunRecord[]> =>
  cliSchemas['runs list']?.parse(JSON.parse((await home.sanjha(['runs', 'list', '--json'])).stdout)) as RunRecord[]

/** A pull in a process of its own, of a file of which only the beginning comes. */
async function beginSlowPull() {
  const stalls = Array.from({ length: 20 }, () => ({ kind: 'stall', after: 1000 }) as const)
  const url = server.offer('/model.gguf', file, ...stalls)
  const pull = home.start(['pull', url], /never/)
  await expect.poll(async () => (await list()).map(({ state }) => state), { timeout: 120_000 }).toEqual(['running'])
  const [run] = await list()
  return { url, pull, id: (run as RunRecord).id }
}

describe('a pull under way in another process', () => {
  it('is shown, watched and cancelled from outside, and goes on when it is resumed', { timeout: 300_000 }, async () => {
    const { url, pull, id } = await beginSlowPull()

    const shown = await home.sanjha(['runs', 'show', id])
    expect({ code: shown.code, stderr: shown.stderr }).toEqual({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(new RegExp(`^Id +${id}\nWhat +.*${url}\nState +running\nAttempts +1\n`))
    // The beginning of the id is enough, with or without what all of them begin with, in any case.
    for (const beginning of [id.slice(0, 12), id.slice('run_'.length, 12), id.slice('run_'.length, 12).toUpperCase()]) {
      const { stdout } = await home.sanjha(['runs', 'show', beginning, '--json'])
      expect(cliSchemas['runs show']?.parse(JSON.parse(stdout))).toMatchObject({ id, kind: 'pull', state: 'running' })
    }

    const watcher = home.start(['runs', 'watch', id, '--json'], /"type":"state".*\n/)
    let watched = ''
    watcher.child.stdout?.on('data', (text) => {
      watched += text
    })
    await watcher.line
    // Whoever stops watching does not stop the run.
    const leaver = home.start(['runs', 'watch', id, '--json'], /"type":"state".*\n/)
    await leaver.line
    leaver.child.kill('SIGINT')
    expect(await leaver.ended).toBe(130)
    expect((await list()).map(({ state }) => state)).toEqual(['running'])

    const cancelled = await home.sanjha(['runs', 'cancel', id])
    expect(cancelled).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(new RegExp(`^${id}  (is being )?cancelled\n$`)),
    })
    expect(await pull.ended).toBe(1)
    expect(await watcher.ended).toBe(1)
    const lines = watched
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    // The last document says why the watching ends with 1.
    expect(cliSchemas['error']?.parse(lines.pop())).toMatchObject({ error: { code: 'cancelled' } })
    const events = lines.map((line) => cliSchemas['runs watch']?.parse(line) as RunEvent)
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1))
    expect(events.flatMap((event) => (event.type === 'state' ? [event.state] : []))).toEqual([
      'queued',
      'running',
      'cancelled',
    ])

    const after = await home.sanjha(['runs', 'show', id])
    expect(after.stdout).toMatch(/^State +cancelled$/m)
    expect(after.stderr).toContain(`runs resume ${id}`)
    const again = await home.sanjha(['runs', 'cancel', id])
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/has ended already/) })

    server.offer('/model.gguf', file)
    const resumed = await home.sanjha(['runs', 'resume', id])
    expect(resumed).toMatchObject({ code: 0, stdout: `${id}  succeeded\n` })
    const { stdout: models } = await home.sanjha(['list', '--json'])
    expect(JSON.parse(models)).toMatchObject([{ size: file.length }])
    const ended = await home.sanjha(['runs', 'watch', id])
    expect(ended).toMatchObject({ code: 0, stdout: `${id}  succeeded\n` })
    const { stdout: done } = await home.sanjha(['runs', 'show', id])
    expect(done).toMatch(/^State +succeeded\nAttempts +2$/m)
    expect(done).toMatch(/^Took +\d/m)
    expect(done).toMatch(/^Result +\{.*\}$/m)
  })

  it('is cancelled for a script as a document', async () => {
    const { pull, id } = await beginSlowPull()
    const { code, stdout, stderr } = await home.sanjha(['runs', 'cancel', id, '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(cliSchemas['runs cancel']?.parse(JSON.parse(stdout))).toMatchObject({ id })
    expect(await pull.ended).toBe(1)
    expect((await list()).map(({ state }) => state)).toEqual(['cancelled'])
  })
})

it('a failed run shows why and how to go on, and watching it ends as it did', async () => {
  const url = server.offer(
    '/gone.gguf',
    file,
    ...Array.from({ length: 20 }, () => ({ kind: 'status', status: 404 }) as const),
  )
  expect((await home.sanjha(['pull', url])).code).toBe(1)
  const [run] = await list()
  const { id, error } = run as RunRecord
  expect(run).toMatchObject({ state: 'failed', error: { code: expect.stringMatching(/not_found/) } })
  const shown = await home.sanjha(['runs', 'show', id])
  expect(shown.code).toBe(0)
  expect(shown.stdout).toContain(`${error?.message} (${error?.code})`)
  expect(shown.stderr).toContain(`runs resume ${id}`)
  const watched = await home.sanjha(['runs', 'watch', id])
  expect(watched).toMatchObject({ code: 1, stdout: '' })
  expect(watched.stderr).toContain(`Code: ${error?.code}`)
  expect(watched.stderr).not.toMatch(/\bat .*:\d+:\d+/)
})

it('a beginning that several runs have is not enough, and that is said', async () => {
  for (const name of ['a', 'b']) {
    const url = server.offer(`/${name}.gguf`, file)
    expect((await home.sanjha(['pull', url])).code).toBe(0)
  }
  const [newer] = await list()
  // What the clock gives the first four digits changes every twelve days.
  const { code, stderr } = await home.sanjha(['runs', 'show', (newer as RunRecord).id.slice(0, 8)])
  expect(code).toBe(1)
  expect(stderr).toMatch(/is the beginning of 2 runs/)
  // Too short to be meant for one run.
  expect((await home.sanjha(['runs', 'show', 'run_'])).stderr).toMatch(/no run “run_”/)
})
