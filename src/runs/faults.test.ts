/** Real processes, really killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDatabase } from '../core/index.ts'
import { createRuns } from './createRuns.ts'
import { runsMigrations } from './migrations.ts'
import { type CountingInput, countingKind } from './testing/countingKind.ts'

let folder: string
let path: string
let trace: string
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanjha-faults-'))
  path = join(folder, 'a.db')
  trace = join(folder, 'trace')
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const script = fileURLToPath(new URL('testing/runWorker.ts', import.meta.url))
function worker(...args: string[]): { child: ChildProcess; lines: Promise<string[]>; first: Promise<string> } {
  const child = spawn(process.execPath, [script, path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const first = once(reader, 'line').then(([line]) => line as string)
  return { child, first, lines: Array.fromAsync(reader) }
}
const start = (input: Partial<CountingInput>): ReturnType<typeof worker> =>
  worker('start', JSON.stringify({ file: trace, ...input }))
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
const traced = async (): Promise<number[]> =>
  ((await readFile(trace, 'utf8').catch(() => '')).match(/^\d+/gm) ?? []).map(Number)

it('a run whose process is killed again and again ends with every step recorded once', async () => {
  const steps = 60
  const first = start({ steps, delayMs: 3, holdAt: steps })
  const id = await first.first
  const database = openDatabase(path, runsMigrations)
  const runs = createRuns({ database, kinds: [countingKind], pollMs: 10 })
  const doneSteps = (): number =>
    database.get<{ n: number }>('SELECT count(*) AS n FROM run_steps WHERE run_id = ?', id)?.n ?? 0

  let current = first.child
  let kills = 0
  for (let goal = 7; goal < steps; goal += 13) {
    // Watch until so many steps are done, then pull the plug at whatever it is doing just then.
    for await (const _ of runs.events(id, 0, new AbortController().signal)) if (doneSteps() >= goal) break
    await kill(current)
    kills++
    expect(runs.get(id)?.state).toBe('interrupted')
    const next = worker('resume', id)
    expect(await next.first).toBe(id)
    current = next.child
  }
  await writeFile(`${trace}.go`, '')
  const end = await runs.wait(id)
  expect(end).toMatchObject({ state: 'succeeded', attempts: kills + 1, result: { sum: (steps * (steps + 1)) / 2 } })
  expect(kills).toBeGreaterThan(3)

  const events = await Array.fromAsync(runs.events(id, 0, new AbortController().signal))
  expect(events.map((e) => e.sequence)).toEqual(events.map((_, i) => i + 1))
  const done = events.flatMap((e) => (e.type === 'step' && e.status === 'done' ? [e.step] : []))
  expect(done).toEqual(Array.from({ length: steps }, (_, i) => `count ${i + 1}`))
  // The trace is outside the database: a kill between the work and its record repeats that one step's work, never another's.
  const numbers = await traced()
  expect([...new Set(numbers)]).toEqual(Array.from({ length: steps }, (_, i) => i + 1))
  expect(numbers.length).toBeLessThanOrEqual(steps + kills)
  await runs.close()
  database.close()
})

it('of several processes that resume one run, one does', async () => {
  const first = start({ steps: 1000, delayMs: 2 })
  const id = await first.first
  await kill(first.child)
  const rivals = [worker('resume', id), worker('resume', id), worker('resume', id), worker('resume', id)]
  const answers = await Promise.all(rivals.map((r) => r.first))
  expect(answers.toSorted()).toEqual(['conflict', 'conflict', 'conflict', id])
})

it('is cancelled from another process', async () => {
  const first = start({ steps: 100000, delayMs: 2 })
  const id = await first.first
  const database = openDatabase(path, runsMigrations)
  const runs = createRuns({ database, kinds: [countingKind], pollMs: 10 })
  runs.cancel(id)
  expect((await runs.wait(id)).state).toBe('cancelled')
  expect((await first.lines).at(-1)).toBe('cancelled')
  database.close()
})

it('a process that was stopped and wakes after its run was taken over writes nothing into it', async () => {
  const first = start({ steps: 400, delayMs: 5 })
  const id = await first.first
  const database = openDatabase(path, runsMigrations)
  const runs = createRuns({ database, kinds: [countingKind], pollMs: 10 })
  for await (const event of runs.events(id, 0, new AbortController().signal)) {
    if (event.type === 'step' && event.status === 'done') break
  }
  // A process stopped inside a write would keep the database locked, so stop it while we hold the write lock.
  database.transaction(() => first.child.kill('SIGSTOP'))
  // Its lease (1 s in the worker) runs out; then cancelling does not wait for it.
  database.run('UPDATE runs SET lease_until = 0 WHERE id = ?', id)
  expect(runs.cancel(id).state).toBe('cancelled')
  const before = await Array.fromAsync(runs.events(id, 0, new AbortController().signal))
  first.child.kill('SIGCONT')
  await once(first.child, 'exit')
  expect(await Array.fromAsync(runs.events(id, 0, new AbortController().signal))).toEqual(before)
  expect(runs.get(id)?.state).toBe('cancelled')
  database.close()
})
