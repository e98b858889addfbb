import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SanjhaError } from '../../core/index.ts'
import { memoryNeed } from '../fit.ts'
import { FakeEngine } from '../testing/FakeEngine.ts'
import { ManualClock } from '../testing/ManualClock.ts'
import type { EngineLease } from './contract.ts'
import { createEnginePool } from './createEnginePool.ts'
import type { LlamaSource } from './sources.ts'

const MiB = 1024 ** 2

/** Models 0 to 4, of 100 to 500 MiB. */
const source = (name: string): LlamaSource => ({
  kind: 'llama',
  model: name,
  digest: `sha256:${name}`,
  modelPath: name,
  weightsBytes: (Number(name) + 1) * 100 * MiB,
  contextBytesPerToken: 10_000,
  contextLength: 8192,
  parameters: null,
  quantization: null,
  defaults: {},
})

type Step =
  | {
      readonly do: 'acquire'
      readonly model: number
      readonly context?: number | undefined
      readonly keepAliveMs: number
    }
  | { readonly do: 'release'; readonly which: number }
  | { readonly do: 'abandon'; readonly which: number }
  | { readonly do: 'unload'; readonly model: number }
  | { readonly do: 'advance'; readonly ms: number }

const model = fc.integer({ min: 0, max: 4 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('acquire' as const),
    model,
    context: fc.option(fc.constantFrom(512, 4096, 8192), { nil: undefined }),
    keepAliveMs: fc.constantFrom(0, 1000, 100_000, Number.POSITIVE_INFINITY),
  }),
  fc.record({ do: fc.constant('release' as const), which: fc.nat(9) }),
  fc.record({ do: fc.constant('abandon' as const), which: fc.nat(9) }),
  fc.record({ do: fc.constant('unload' as const), model }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
)

describe('the pool, whatever is asked of it', () => {
  it('never exceeds its memory, never takes an engine from a lease, and ends with nothing', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 300, max: 1500 }),
        async (steps, budgetMiB) => {
          const clock = new ManualClock()
          const budget = budgetMiB * MiB
          const running = new Map<FakeEngine, number>()
          let started = 0
          const pool = createEnginePool({
            resolve: async (name) => source(name),
            suggest: async () => [],
            memoryLimitBytes: budget,
            waitMs: 5000,
            drainMs: 1000,
            clock,
            factories: {
              llama: async (request, signal) => {
                const engine = new FakeEngine()
                const { totalBytes } = memoryNeed(request.source, request.contextLength)
                running.set(engine, totalBytes)
                expect([...running.values()].reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(budget)
                const end = engine.close.bind(engine)
                engine.close = async () => {
                  await end()
                  // Ending takes its time, and the memory is taken until then.
                  await clock.sleep(50)
                  running.delete(engine)
                }
                try {
                  await clock.sleep(200, signal)
                  // Every fifth does not load.
                  if (++started % 5 === 0) throw new SanjhaError('invalid_file', 'Broken.')
                } catch (error) {
                  running.delete(engine)
                  throw SanjhaError.is(error) ? error : new SanjhaError('cancelled', 'Cancelled.')
                }
                return { engine, state: 'ready', pid: null, restarts: 0, logFile: null }
              },
              remote: () => Promise.reject(new Error('There is none.')),
            },
          })
          const leases: EngineLease[] = []
          const waiting: AbortController[] = []
          let open = 0
          for (const each of steps) {
            if (each.do === 'acquire') {
              const controller = new AbortController()
              waiting.push(controller)
              open++
              const load = each.context === undefined ? {} : { contextLength: each.context }
              void pool
                .acquire(String(each.model), { load, keepAliveMs: each.keepAliveMs }, controller.signal)
                .then((lease) => leases.push(lease))
                .catch((error: unknown) => {
                  if (!SanjhaError.is(error)) throw error
                })
                .finally(() => {
                  open--
                })
            } else if (each.do === 'release') leases.splice(each.which, 1)[0]?.release()
            else if (each.do === 'abandon') waiting[each.which]?.abort()
            else if (each.do === 'unload') void pool.unload(String(each.model))
            else await clock.advance(each.ms)
            for (const lease of leases) expect(running.has(lease.engine as FakeEngine)).toBe(true)
          }
          const closing = pool.close()
          await clock.advance(100_000)
          await closing
          expect(open).toBe(0)
          expect(running.size).toBe(0)
          expect(pool.list()).toEqual([])
          expect(clock.sleeping).toBe(0)
        },
      ),
      { numRuns: 150 },
    )
  })
})
