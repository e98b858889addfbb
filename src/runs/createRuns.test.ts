import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Database,
  openDatabase,
  type ProcessIdentity,
  SanjhaError,
  systemClock,
  thisProcess,
} from '../core/index.ts'
import type { RunContext, RunEvent, RunKind, Runs } from './contract.ts'
import { createRuns } from './createRuns.ts'
import { runsMigrations } from './migrations.ts'
import { countingKind } from './testing/countingKind.ts'
import { runKindContract } from './testing/runKindContract.ts'

runKindContract('count', {
  make: async (folder) => ({ kind: countingKind, input: { file: join(folder, 'trace'), steps: 3 } }),
  invalid: [null, {}, { file: 1, steps: 2 }, 'count'],
})

let folder: string
let file: string
let database: Database
const opened: Runs[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-runs-'))
  file = join(folder, 'trace')
  database = openDatabase(join(folder, 'a.db'), runsMigrations)
})
afterEach(async () => {
  for (const runs of opened.splice(0)) await runs.close()
  database.close()
  await rm(folder, { recursive: true, force: true })
})
function open(kinds: RunKind<never, unknown>[] = [], owner?: ProcessIdentity, more: object = {}): Runs {
  const runs = createRuns({ database, kinds: [countingKind, ...kinds], pollMs: 10, ...(owner && { owner }), ...more })
  opened.push(runs)
  return runs
}
/** A kind whose code the test writes. */
const kind = (name: string, execute: (context: RunContext) => Promise<unknown>): RunKind<never, unknown> => ({
  kind: name,
  title: () => name,
  parse: (input) => input as never,
  execute: (_, context) => execute(context),
})
const collect = async (runs: Runs, id: string, after = 0): Promise<RunEvent[]> =>
  await Array.fromAsync(runs.events(id, after, new AbortController().signal))
const brief = (events: RunEvent[]): string[] =>
  events.flatMap((e) =>
    e.type === 'state'
      ? [e.state]
      : e.type === 'step'
        ? [`${e.step} ${e.status}`]
        : e.type === 'log'
          ? [e.message]
          : [],
  )
const hang = (context: RunContext): Promise<never> =>
  new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)))
const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return SanjhaError.from(error).code
  }
  return 'none'
}

describe('a run', () => {
  it('goes from queued to succeeded and keeps its result and events', async () => {
    const runs = open()
    const started = runs.start('count', { file, steps: 2 })
    expect(started).toMatchObject({ kind: 'count', title: 'Count to 2', state: 'running', attempts: 1, endedAt: null })
    const events = await collect(runs, started.id)
    expect(brief(events)).toEqual([
      'queued',
      'running',
      'count 1 started',
      'count 1 done',
      'count 2 started',
      'count 2 done',
      'Counted to 2',
      'succeeded',
    ])
    expect(events.map((e) => e.sequence)).toEqual(events.map((_, i) => i + 1))
    const ended = await runs.wait(started.id)
    expect(ended).toMatchObject({ state: 'succeeded', result: { sum: 3 }, error: null })
    expect(ended.progress).toMatchObject({ completed: 1, total: 2 })
    expect(Date.parse(ended.endedAt as string)).toBeGreaterThanOrEqual(Date.parse(ended.startedAt as string))
    expect(await collect(runs, started.id, 6)).toEqual(events.slice(6))
  })

  it('that fails keeps its error, and resumes at the step that failed', async () => {
    const runs = open()
    const { id } = runs.start('count', { file, steps: 3, failAt: 2 })
    const failed = await runs.wait(id)
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'upstream_error', hint: 'Mend it.' } })
    database.run(`UPDATE runs SET input = ? WHERE id = ?`, JSON.stringify({ file, steps: 3 }), id)
    expect(runs.resume(id)).toMatchObject({ state: 'running', attempts: 2, error: null, endedAt: null })
    expect(await runs.wait(id)).toMatchObject({ state: 'succeeded', result: { sum: 6 } })
    expect((await readFile(file, 'utf8')).match(/^\d+/gm)).toEqual(['1', '2', '3'])
    expect(brief(await collect(runs, id)).filter((e) => e.endsWith('reused'))).toEqual(['count 1 reused'])
  })

  it('is refused when its kind or input is wrong, and leaves nothing', () => {
    const runs = open()
    expect(() => runs.start('cuont', {})).toThrow(/no kind of run called "cuont"/)
    expect(codeOf(() => runs.start('count', { file: 1 }))).toBe('invalid_request')
    expect(runs.list()).toEqual([])
    expect(codeOf(() => runs.cancel('run_x'))).toBe('not_found')
    expect(codeOf(() => runs.resume('run_x'))).toBe('not_found')
    expect(runs.get('run_x')).toBeUndefined()
  })

  it('shares a step that is asked for twice at once, and reuses it later', async () => {
    let times = 0
    const work = async (): Promise<number> => ++times
    const runs = open([
      kind('twice', async ({ step }) => [
        ...(await Promise.all([step('s', { a: 1, b: 2 }, work), step('s', { b: 2, a: 1 }, work)])),
        await step('s', { a: 1, b: 2 }, work),
        await step('s', { a: 1, b: 3 }, work),
      ]),
    ])
    expect((await runs.wait(runs.start('twice', null).id)).result).toEqual([1, 1, 1, 2])
  })

  it('gives a step’s result in the form that a resumed run would get', async () => {
    const runs = open([
      kind('dates', async ({ step }) => {
        const value: unknown = await step('date', null, async () => ({ at: new Date(0), gone: undefined }))
        return value
      }),
    ])
    expect((await runs.wait(runs.start('dates', null).id)).result).toEqual({ at: '1970-01-01T00:00:00.000Z' })
  })

  it('writes progress a few times, and always the last', async () => {
    const runs = open([
      kind('busy', async (context) => {
        for (let i = 0; i <= 10_000; i++) {
          context.progress({ step: 's', completed: i, total: 10_000, unit: 'items', rate: null, eta: null })
        }
      }),
    ])
    const { id } = runs.start('busy', null)
    const progress = (await collect(runs, id)).filter((e) => e.type === 'progress')
    expect(progress.length).toBeLessThan(50)
    expect(progress.at(-1)?.progress.completed).toBe(10_000)
    expect(runs.get(id)?.progress?.completed).toBe(10_000)
  })

  it('with a defect fails with a clear error and harms no other', async () => {
    const runs = open([
      kind('defect', async () => {
        throw new TypeError('x is not a function')
      }),
      kind('circular', async () => {
        const o: Record<string, unknown> = {}
        o.self = o
        return o
      }),
    ])
    const [a, b, c] = [
      runs.start('defect', null),
      runs.start('circular', null),
      runs.start('count', { file, steps: 1 }),
    ]
    expect(await runs.wait(a.id)).toMatchObject({ state: 'failed', error: { code: 'internal' } })
    expect((await runs.wait(b.id)).state).toBe('failed')
    expect((await runs.wait(c.id)).state).toBe('succeeded')
  })
})

describe('the end of a run', () => {
  it.each([2, 20])('is written as soon as the database can be written again, after %i failures', async (failures) => {
    let full = 0
    const failing: Database = {
      ...database,
      run: (sql, ...parameters) => {
        if (full > 0 && sql.includes('ended_at = ?') && full-- > 0) throw new SanjhaError('disk_full', 'No space.')
        return database.run(sql, ...parameters)
      },
    }
    const clock = {
      ...systemClock,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 1), signal),
    }
    const runs = open([], undefined, { database: failing, clock })
    full = failures
    const { id } = runs.start('count', { file, steps: 1 })
    expect(await runs.wait(id)).toMatchObject({ state: 'succeeded', result: { sum: 1 } })
    expect(full).toBe(0)
    expect((await collect(runs, id)).map((e) => e.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })
})

describe('cancelling', () => {
  it('ends the work, once', async () => {
    const runs = open([kind('hang', hang)])
    const { id } = runs.start('hang', null)
    runs.cancel(id)
    expect(await runs.wait(id)).toMatchObject({ state: 'cancelled', error: null })
    expect(codeOf(() => runs.cancel(id))).toBe('conflict')
    expect(brief(await collect(runs, id))).toEqual(['queued', 'running', 'cancelled'])
  })

  it('reaches a run of another process', async () => {
    const [mine, other] = [open([kind('hang', hang)]), open([kind('hang', hang)])]
    const { id } = mine.start('hang', null)
    expect(other.get(id)?.state).toBe('running')
    other.cancel(id)
    expect((await other.wait(id)).state).toBe('cancelled')
    expect((await mine.wait(id)).state).toBe('cancelled')
  })

  it('can be taken back by resuming', async () => {
    const runs = open()
    const { id } = runs.start('count', { file, steps: 40, delayMs: 5 })
    for await (const event of runs.events(id, 0, new AbortController().signal)) {
      if (event.type === 'step' && event.step === 'count 3' && event.status === 'done') runs.cancel(id)
    }
    expect(runs.get(id)?.state).toBe('cancelled')
    runs.resume(id)
    expect(await runs.wait(id)).toMatchObject({ state: 'succeeded', result: { sum: 820 } })
    expect((await readFile(file, 'utf8')).match(/^\d+/gm)?.map(Number)).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    )
  })
})

describe('watching', () => {
  it('sees events of another process as they come', async () => {
    let proceed: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      proceed = resolve
    })
    const mine = open([
      kind('gated', async (context) => {
        context.log('waiting')
        await gate
      }),
    ])
    const watcher = open()
    const { id } = mine.start('gated', null)
    const seen: string[] = []
    for await (const event of watcher.events(id, 0, new AbortController().signal)) {
      seen.push(...brief([event]))
      if (event.type === 'log') proceed()
    }
    expect(seen).toEqual(['queued', 'running', 'waiting', 'succeeded'])
  })

  it('ends quietly when the watcher goes, and the run goes on', async () => {
    const runs = open([kind('hang', hang)])
    const { id } = runs.start('hang', null)
    const abort = new AbortController()
    const seen: string[] = []
    const watching = (async () => {
      for await (const event of runs.events(id, 0, abort.signal)) seen.push(event.type)
    })()
    const waiting = runs.wait(id, abort.signal)
    setTimeout(() => abort.abort(), 30)
    await watching
    await expect(waiting).rejects.toThrow()
    expect(seen).toEqual(['state', 'state'])
    expect(runs.get(id)?.state).toBe('running')
  })

  it('says that there is no such run', async () => {
    await expect(collect(open(), 'run_x')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('owners', () => {
  it('lists, filters and pages', async () => {
    const runs = open([kind('hang', hang)])
    const ids = []
    for (let i = 0; i < 5; i++) ids.push((await runs.wait(runs.start('count', { file, steps: 0 }).id)).id)
    const hanging = runs.start('hang', null).id
    expect(runs.list().map((r) => r.id)).toEqual([hanging, ...ids.toReversed()])
    expect(runs.list({ state: 'running' }).map((r) => r.id)).toEqual([hanging])
    expect(runs.list({ kind: 'count', limit: 2 }).map((r) => r.id)).toEqual([ids[4], ids[3]])
    expect(runs.list({ kind: 'count', limit: 2, before: ids[3] as string }).map((r) => r.id)).toEqual([ids[2], ids[1]])
  })

  it('that close interrupt their runs, which another resumes', async () => {
    const first = open()
    const { id } = first.start('count', { file, steps: 30, delayMs: 5 })
    await first.close()
    expect(codeOf(() => first.start('count', { file, steps: 1 }))).toBe('shutting_down')
    const second = open()
    expect(second.get(id)?.state).toBe('interrupted')
    second.resume(id)
    expect(await second.wait(id)).toMatchObject({ state: 'succeeded', attempts: 2, result: { sum: 465 } })
  })

  it('that close do not wait for ever for code that does not listen, and it can write nothing afterwards', async () => {
    let late: () => Promise<unknown> = async () => undefined
    const runs = open(
      [
        kind('deaf', async (context) => {
          late = () => context.step('late', null, async () => 'too late')
          await new Promise(() => undefined)
        }),
      ],
      undefined,
      { closeGraceMs: 10 },
    )
    const { id } = runs.start('deaf', null)
    await new Promise((resolve) => setImmediate(resolve))
    await runs.close()
    expect(open().get(id)?.state).toBe('interrupted')
    await expect(late()).rejects.toThrow()
    expect(database.all('SELECT * FROM run_steps')).toEqual([])
  })

  const dead: ProcessIdentity = { ...thisProcess(), boot: 'an earlier one' }
  const elsewhere: ProcessIdentity = { ...thisProcess(), host: 'elsewhere' }

  it('that are dead lose their runs at once, and cannot change them any more', async () => {
    const zombie = open([kind('hang', hang)], dead)
    const { id } = zombie.start('hang', null)
    const other = open([kind('hang', async ({ step }) => await step('once', null, async () => 'mine'))])
    expect(other.get(id)?.state).toBe('interrupted')
    other.resume(id)
    expect((await other.wait(id)).result).toBe('mine')
    await zombie.close()
    expect(other.get(id)).toMatchObject({ state: 'succeeded', result: 'mine' })
    expect(brief(await collect(other, id)).at(-1)).toBe('succeeded')
  })

  it('that cannot be asked keep their runs as long as their lease', async () => {
    let now = 1e12
    const clock = {
      now: () => now,
      monotonic: () => 0, // never time to renew
      sleep: async () => await new Promise<void>((resolve) => setImmediate(resolve)),
    }
    const far = open([kind('hang', hang)], elsewhere, { clock })
    const { id } = far.start('hang', null)
    // The heartbeat after the start.
    const near = open([kind('hang', hang)], undefined, { clock })
    expect(near.get(id)?.state).toBe('running')
    now += 10_001
    expect(near.get(id)?.state).toBe('interrupted')
  })

  it('resume a run only once, however many try', async () => {
    const first = open()
    const { id } = first.start('count', { file, steps: 20, delayMs: 5 })
    await first.close()
    const tries = Array.from({ length: 5 }, () => open()).map((runs) => codeOf(() => runs.resume(id)))
    expect(tries.toSorted()).toEqual(['conflict', 'conflict', 'conflict', 'conflict', 'none'])
    expect(await (opened.at(-1) as Runs).wait(id)).toMatchObject({ state: 'succeeded', attempts: 2 })
    await writeFile(file, '')
  })
})

it('forgets ended runs that are too many or too old, with their events, and never one that goes on', async () => {
  let now = Date.now()
  const clock = { ...systemClock, now: () => now }
  const first = open([kind('wait', hang)], undefined, { clock })
  const going = first.start('wait', {})
  const old = first.start('count', { file, steps: 1 })
  await first.wait(old.id)
  now += 91 * 24 * 3600 * 1000
  const kept: string[] = []
  for (let index = 0; index < 4; index++) {
    const run = first.start('count', { file, steps: 1 })
    await first.wait(run.id)
    kept.push(run.id)
    now += 1
  }
  const second = open([], undefined, { clock, retention: { runs: 2, ms: 90 * 24 * 3600 * 1000 } })
  const latest = second.start('count', { file, steps: 1 })
  await second.wait(latest.id)
  const ids = first.list().map((run) => run.id)
  expect(ids.toSorted()).toEqual([going.id, ...kept.slice(2), latest.id].toSorted())
  expect(database.all('SELECT DISTINCT run_id FROM run_events').length).toBe(ids.length)
})
