import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDatabase, SanjhaError } from '../../core/index.ts'
import type { RunContext, RunKind } from '../contract.ts'
import { createRuns } from '../createRuns.ts'
import { runsMigrations } from '../migrations.ts'
import { stepDigest } from '../stepDigest.ts'

export interface RunKindContractOptions<Input, Result> {
  /** A fresh kind with fresh surroundings for each test; `folder` is empty and removed afterwards. */
  make(folder: string): Promise<{ readonly kind: RunKind<Input, Result>; readonly input: unknown }>
  /** What `parse` must refuse. */
  readonly invalid: readonly unknown[]
  /** Whether two results of the same input are equal enough. Default: deep equality. */
  sameResult?(a: Result, b: Result): boolean
}

class Killed extends Error {}

/** What every kind of run must do. Call it in the kind's test file. */
export function runKindContract<Input, Result>(name: string, options: RunKindContractOptions<Input, Result>): void {
  const same = options.sameResult ?? ((a, b) => JSON.stringify(a) === JSON.stringify(b))
  const within = async (
    work: (made: { kind: RunKind<Input, Result>; input: unknown }, folder: string) => Promise<void>,
  ): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'sanjha-kind-'))
    try {
      await work(await options.make(folder), folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  describe(`run kind ${name}`, () => {
    it('refuses input of the wrong form with invalid_request', () =>
      within(async ({ kind }) => {
        for (const input of options.invalid) {
          let thrown: unknown
          try {
            kind.parse(input)
          } catch (error) {
            thrown = error
          }
          expect(SanjhaError.is(thrown) && thrown.code, JSON.stringify(input)).toMatch(/^invalid_/)
        }
      }))

    it('has a title, and input that survives the database', () =>
      within(async ({ kind, input }) => {
        const parsed = kind.parse(JSON.parse(JSON.stringify(input)))
        expect(parsed).toEqual(kind.parse(input))
        expect(kind.title(parsed).trim()).not.toBe('')
      }))

    it('succeeds as a run, with a result that is JSON', () =>
      within(async ({ kind, input }) => {
        const database = openDatabase(':memory:', runsMigrations)
        const runs = createRuns({ database, kinds: [kind] })
        const record = await runs.wait(runs.start(kind.kind, input).id)
        expect(record.error).toBeNull()
        expect(record.state).toBe('succeeded')
        await runs.close()
        database.close()
      }))

    it('ends as cancelled when it is cancelled at once', () =>
      within(async ({ kind, input }) => {
        const abort = new AbortController()
        abort.abort(new SanjhaError('cancelled', 'The run was cancelled.'))
        const outcome = await kind.execute(kind.parse(input), contextOf(new Map(), abort.signal)).then(
          () => undefined,
          (error: unknown) => SanjhaError.from(error).code,
        )
        expect(outcome).toBe('cancelled')
      }))

    it('gives the same result when killed after any of its steps and begun again, and does no finished step twice', async () => {
      let expected: Result | undefined
      let count = 0
      await within(async ({ kind, input }) => {
        const steps = new Map<string, unknown>()
        expected = await kind.execute(kind.parse(input), contextOf(steps))
        count = steps.size
      })
      for (let killAfter = 0; killAfter < count; killAfter++) {
        await within(async ({ kind, input }) => {
          const steps = new Map<string, unknown>()
          const first = kind.execute(kind.parse(input), contextOf(steps, undefined, killAfter))
          await expect(first).rejects.toThrow()
          expect(steps.size).toBe(killAfter)
          const again = await kind.execute(kind.parse(input), contextOf(steps))
          expect(same(again, expected as Result), `killed after step ${killAfter}`).toBe(true)
          expect(steps.size).toBe(count)
        })
      }
    })
  })
}

/** A context over a plain map. With `killAfter`, nothing works any more once so many steps are stored. */
function contextOf(
  steps: Map<string, unknown>,
  signal = new AbortController().signal,
  killAfter = Infinity,
): RunContext {
  return {
    id: 'run_contract',
    signal,
    log: () => undefined,
    progress: (progress) => {
      expect(progress.completed).toBeGreaterThanOrEqual(0)
      if (progress.total !== null) expect(progress.completed).toBeLessThanOrEqual(progress.total)
    },
    step: async (name, inputs, work) => {
      signal.throwIfAborted()
      const digest = stepDigest(name, inputs)
      if (!steps.has(digest)) {
        if (steps.size >= killAfter) throw new Killed('killed')
        const result = await work()
        steps.set(digest, JSON.parse(JSON.stringify(result ?? null)))
      }
      return steps.get(digest) as Awaited<ReturnType<typeof work>>
    },
  }
}
