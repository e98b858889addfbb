import { afterEach, expect, it } from 'vitest'
import { openDatabase, SanjhaError } from '../../core/index.ts'
import { createRuns, type RunKind, type Runs, runsMigrations } from '../../runs/index.ts'
import { Output } from '../terminal/Output.ts'
import { followRun } from './followRun.ts'

const open: Runs[] = []
afterEach(async () => {
  for (const runs of open.splice(0)) await runs.close()
})

/** A run that begins, says so through `begun`, and goes on until `finish` or its signal. */
function setUp() {
  let begin: () => void = () => undefined
  let finish: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const kind: RunKind<unknown, { readonly name: string }> = {
    kind: 'test',
    title: () => 'Test',
    parse: (input) => input,
    execute: async (_, { signal }) => {
      begin()
      await new Promise<void>((resolve, reject) => {
        void finished.then(resolve)
        signal.addEventListener('abort', () => reject(signal.reason))
      })
      return { name: 'it' }
    },
  }
  const runs = createRuns({ database: openDatabase(':memory:', runsMigrations), kinds: [kind] })
  open.push(runs)
  let said = ''
  const stream = { write: (text: string) => (said += text) }
  const out = new Output({ stdout: stream, stderr: stream, env: {}, quiet: false, json: false })
  const abort = new AbortController()
  const follow = (its: Pick<Runs, keyof Runs> = runs): Promise<{ readonly name: string }> =>
    followRun(
      { out, signal: abort.signal },
      { runs: its },
      { kind: 'test', input: {}, interrupted: 'The test was interrupted.', again: 'sanjha test' },
    )
  const interrupt = (): void => abort.abort(new SanjhaError('cancelled', 'Interrupted.'))
  return { runs, follow, begun, finish, interrupt, said: () => said }
}

it('gives the result', async () => {
  const { follow, finish, begun } = setUp()
  const result = follow()
  await begun
  finish()
  expect(await result).toEqual({ name: 'it' })
})

it('begins nothing when Ctrl-C came before it', async () => {
  const { runs, follow, interrupt } = setUp()
  interrupt()
  await expect(follow()).rejects.toMatchObject({ code: 'cancelled' })
  expect(runs.list()).toEqual([])
})

it('cancels the run on Ctrl-C, and says how to go on', async () => {
  const { runs, follow, begun, interrupt, said } = setUp()
  const result = follow()
  await begun
  interrupt()
  await expect(result).rejects.toMatchObject({ code: 'cancelled', message: 'The test was interrupted.' })
  expect(runs.list().map(({ state }) => state)).toEqual(['cancelled'])
  expect(said()).toContain('`sanjha test` goes on from here')
})

it('survives a Ctrl-C in the moment in which the run ends', async () => {
  const { runs, follow, begun, finish, interrupt } = setUp()
  const ended = (): never => {
    finish()
    throw new SanjhaError('conflict', 'The run has ended.')
  }
  const result = follow({ ...runs, cancel: ended })
  await begun
  interrupt()
  expect(await result).toEqual({ name: 'it' })
})
