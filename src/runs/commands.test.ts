import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openDatabase, SanjhaError } from '../core/index.ts'
import type { RunContext, RunKind } from './contract.ts'
import { createRuns } from './createRuns.ts'
import { runsMigrations } from './migrations.ts'

const kind = (name: string, execute: (context: RunContext) => Promise<unknown>): RunKind => ({
  kind: name,
  title: () => name,
  parse: (input) => input,
  execute: (_, context) => execute(context),
})
const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return SanjhaError.from(error).code
  }
  return 'none'
}

describe('whatever is asked of runs, in whatever order', () => {
  it('the record says what the last event says, and events count up by one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('start', 'cancel', 'resume', 'finish', 'fail', 'reopen'), fc.nat(3)), {
          maxLength: 25,
        }),
        async (commands) => {
          const ends = new Map<string, (error?: Error) => void>()
          const waiting = kind('waiting', async (context) => {
            await new Promise<void>((resolve, reject) => {
              ends.set(context.id, (error) => (error ? reject(error) : resolve()))
              context.signal.addEventListener('abort', () => reject(context.signal.reason))
            })
          })
          const own = openDatabase(':memory:', runsMigrations)
          let runs = createRuns({ database: own, kinds: [waiting], pollMs: 1 })
          const ids: string[] = []
          const expected = new Map<string, string>()
          for (const [command, n] of commands) {
            const id = ids[n] ?? ''
            const state = expected.get(id)
            if (command === 'start' && ids.length < 4) {
              const run = runs.start('waiting', null)
              ids.push(run.id)
              expected.set(run.id, 'running')
            } else if (command === 'reopen') {
              await runs.close()
              runs = createRuns({ database: own, kinds: [waiting], pollMs: 1 })
              for (const [key, value] of expected) if (value === 'running') expected.set(key, 'interrupted')
            } else if (command === 'cancel') {
              const code = codeOf(() => runs.cancel(id))
              const can = state === 'running' || state === 'interrupted'
              expect(code).toBe(can ? 'none' : state === undefined ? 'not_found' : 'conflict')
              if (can) expected.set(id, 'cancelled')
              if (can) await runs.wait(id)
            } else if (command === 'resume') {
              const code = codeOf(() => runs.resume(id))
              const can = state !== undefined && state !== 'running' && state !== 'succeeded'
              expect(code).toBe(can ? 'none' : state === undefined ? 'not_found' : 'conflict')
              if (can) expected.set(id, 'running')
            } else if ((command === 'finish' || command === 'fail') && state === 'running') {
              await new Promise((resolve) => setImmediate(resolve)) // it has begun by then
              ends.get(id)?.(command === 'fail' ? new Error('failed') : undefined)
              expected.set(id, (await runs.wait(id)).state)
              expect(expected.get(id)).toBe(command === 'fail' ? 'failed' : 'succeeded')
            }
          }
          await runs.close()
          for (const id of ids) {
            const events = await Array.fromAsync(runs.events(id, 0, new AbortController().signal))
            expect(events.map((e) => e.sequence)).toEqual(events.map((_, i) => i + 1))
            const states = events.flatMap((e) => (e.type === 'state' ? [e.state] : []))
            const state = expected.get(id) === 'running' ? 'interrupted' : expected.get(id)
            expect(states.at(-1)).toBe(state)
            expect(runs.get(id)).toMatchObject({ state, attempts: states.filter((s) => s === 'running').length })
          }
          own.close()
        },
      ),
      { numRuns: 60 },
    )
  })
})
