import { beforeEach, describe, expect, it } from 'vitest'
import { SanjhaError } from '../../core/index.ts'
import { memoryNeed } from '../fit.ts'
import { FakeEngine } from '../testing/FakeEngine.ts'
import { ManualClock, settle } from '../testing/ManualClock.ts'
import { codeOf, failureOf, never } from '../testing/requests.ts'
import type { AcquireOptions, EngineLease, EnginePool } from './contract.ts'
import { createEnginePool, type EnginePoolOptions } from './createEnginePool.ts'
import type { EngineRequest, LlamaSource, RemoteSource } from './sources.ts'

const MiB = 1024 ** 2
const minute = 60_000

/** Models `a` to `z`: 100 MiB of weights (`x` has 200), 4,096 tokens of 1 KiB. Also `A` for `a`, and `remote/…`. */
function source(name: string): LlamaSource {
  return {
    kind: 'llama',
    model: name,
    digest: `sha256:${name}`,
    modelPath: `${name}.gguf`,
    weightsBytes: (name === 'x' ? 200 : 100) * MiB,
    contextBytesPerToken: 1024,
    contextLength: 4096,
    parameters: 1,
    quantization: 'Q4_K_M',
    defaults: {},
  }
}
/** What one of them needs with its whole context. */
const need = memoryNeed(source('a'), 4096).totalBytes

let clock: ManualClock
/** Every engine that was started, in order, and whether it still runs. */
let started: { model: string; request: EngineRequest<LlamaSource>; running: boolean }[]
/** Set to hold loading back, or to make it fail. */
let gate: (signal: AbortSignal) => Promise<void>

beforeEach(() => {
  clock = new ManualClock(Date.parse('2026-01-01T00:00:00Z'))
  started = []
  gate = async () => undefined
})

function pool(options: Partial<EnginePoolOptions> = {}): EnginePool {
  return createEnginePool({
    resolve: async (name) => {
      if (name.startsWith('remote/')) {
        const remote: RemoteSource = {
          kind: 'remote',
          model: name,
          digest: null,
          remote: 'remote',
          baseUrl: 'http://example.invalid/v1',
          remoteModel: name.slice(7),
        }
        return remote
      }
      return /^[a-zA-Z]$/.test(name) ? source(name.toLowerCase()) : undefined
    },
    suggest: async () => ['a'],
    factories: {
      llama: async (request, signal) => {
        const record = { model: request.source.model, request, running: true }
        started.push(record)
        try {
          await gate(signal)
        } catch (error) {
          record.running = false
          throw error
        }
        return managed(() => {
          record.running = false
        })
      },
      remote: async () => managed(() => undefined),
    },
    memoryLimitBytes: 10 * need,
    waitMs: minute,
    clock,
    ...options,
  })
}

function managed(onClose: () => void) {
  const engine = new FakeEngine()
  const close = engine.close.bind(engine)
  engine.close = async () => {
    onClose()
    await close()
  }
  return { engine, state: 'ready' as const, pid: null, restarts: 0, logFile: null }
}

const running = (): string[] => started.filter((each) => each.running).map((each) => each.model)
const get = (from: EnginePool, model: string, options: AcquireOptions = {}): Promise<EngineLease> =>
  from.acquire(model, options, never)

/** A promise that is settled by hand, as a gate for loading. */
function closedGate(): { open: () => void; wait: (signal: AbortSignal) => Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return {
    open: resolve,
    wait: (signal) =>
      new Promise((done, fail) => {
        void promise.then(done)
        signal.addEventListener('abort', () => fail(signal.reason))
      }),
  }
}

describe('finding and loading', () => {
  it('loads on demand, once for all who ask, and again for nobody', async () => {
    const engines = pool()
    const leases = await Promise.all(['a', 'a', 'A', 'b'].map((name) => get(engines, name)))
    expect(running()).toEqual(['a', 'b'])
    expect(new Set(leases.map((lease) => lease.engine)).size).toBe(2)
    expect(leases[2]).toMatchObject({ model: 'a', digest: 'sha256:a' })
    expect((await get(engines, 'a')).engine).toBe(leases[0]?.engine)
  })

  it('says how long a request waited for loading', async () => {
    const { open, wait } = closedGate()
    gate = wait
    const engines = pool()
    const first = get(engines, 'a')
    await clock.advance(1500)
    open()
    expect((await first).loadMs).toBe(1500)
    expect((await get(engines, 'a')).loadMs).toBe(0)
  })

  it('says what was probably meant when there is no such model', async () => {
    const error = await failureOf(get(pool(), 'nosuch'))
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model', details: { suggestions: ['a'] } })
    expect(error.hint).toContain('"a"')
  })

  it('tells everybody who waits when loading fails, and tries again for the next', async () => {
    gate = async () => {
      throw new SanjhaError('invalid_file', 'Broken.')
    }
    const engines = pool()
    expect(await Promise.all([codeOf(get(engines, 'a')), codeOf(get(engines, 'a'))])).toEqual([
      'invalid_file',
      'invalid_file',
    ])
    expect(started).toHaveLength(1)
    expect(engines.list()).toEqual([])
    gate = async () => undefined
    await get(engines, 'a')
    expect(running()).toEqual(['a'])
  })

  it('goes on loading although its first caller left', async () => {
    const { open, wait } = closedGate()
    gate = wait
    const engines = pool()
    const controller = new AbortController()
    const first = codeOf(engines.acquire('a', {}, controller.signal))
    await settle()
    controller.abort()
    expect(await first).toBe('cancelled')
    open()
    await settle()
    expect(engines.list()).toMatchObject([{ model: 'a', state: 'ready' }])
  })

  it('lists what is loaded and what loads', async () => {
    const engines = pool()
    const lease = await get(engines, 'a')
    const { open, wait } = closedGate()
    gate = wait
    const other = get(engines, 'b')
    await settle()
    expect(engines.list()).toMatchObject([
      { model: 'a', engine: 'llama', state: 'ready', contextLength: 4096, quantization: 'Q4_K_M', expiresAt: null },
      { model: 'b', state: 'loading', loadedAt: null, status: null },
    ])
    open()
    await other
    lease.release()
    expect(engines.list()[0]?.expiresAt).toBe('2026-01-01T00:05:00.000Z')
  })

  it('hands out remote engines without counting memory', async () => {
    const engines = pool({ memoryLimitBytes: 1 })
    const lease = await get(engines, 'remote/gpt')
    expect(lease).toMatchObject({ model: 'remote/gpt', digest: null })
    expect(engines.list()).toMatchObject([{ engine: 'remote', parameters: null }])
  })
})

describe('keep-alive', () => {
  it('unloads five minutes after the last request', async () => {
    const engines = pool()
    ;(await get(engines, 'a')).release()
    await clock.advance(5 * minute - 1)
    expect(running()).toEqual(['a'])
    ;(await get(engines, 'a')).release()
    await clock.advance(5 * minute - 1)
    expect(running()).toEqual(['a'])
    await clock.advance(1)
    expect(running()).toEqual([])
    expect(engines.list()).toEqual([])
  })

  it('takes 0 as at once and Infinity as never, the last request decides', async () => {
    const engines = pool()
    const forEver = await get(engines, 'a', { keepAliveMs: Number.POSITIVE_INFINITY })
    forEver.release()
    await clock.advance(100 * 24 * 60 * minute)
    expect(running()).toEqual(['a'])
    expect(engines.list()[0]?.expiresAt).toBeNull()
    ;(await get(engines, 'a', { keepAliveMs: 0 })).release()
    await settle()
    expect(running()).toEqual([])
  })

  it('waits longer than a timer of JavaScript can', async () => {
    const engines = pool({ keepAliveMs: 2 ** 32 })
    ;(await get(engines, 'a')).release()
    await clock.advance(2 ** 32 - 1)
    expect(running()).toEqual(['a'])
    await clock.advance(1)
    expect(running()).toEqual([])
  })

  it('never unloads what is in use, and counts a lease once however often it is released', async () => {
    const engines = pool()
    const first = await get(engines, 'a', { keepAliveMs: 0 })
    const second = await get(engines, 'a', { keepAliveMs: 0 })
    first.release()
    first.release()
    await clock.advance(60 * minute)
    expect(running()).toEqual(['a'])
    second.release()
    await settle()
    expect(running()).toEqual([])
  })
})

describe('memory', () => {
  it('refuses before loading what could never fit, with the numbers', async () => {
    const engines = pool({ memoryLimitBytes: 120 * MiB })
    const error = await failureOf(get(engines, 'a'))
    expect(error).toMatchObject({ code: 'insufficient_memory', retryable: false })
    expect(error.details).toMatchObject({ weightsBytes: 100 * MiB, budgetBytes: 120 * MiB, inUseBytes: 0 })
    expect(error.message).toMatch(/a needs \d+ MiB \(100 MiB weights \+ .* context \+ .*; 120 MiB are allowed/)
    expect(started).toEqual([])
  })

  it('takes the budget from what is free when none is configured', async () => {
    const memory = { availableBytes: () => need, anonymousBytes: () => null }
    expect(await codeOf(get(pool({ memoryLimitBytes: null, memory }), 'a'))).toBe('insufficient_memory')
    const enough = { availableBytes: () => Math.ceil(need / 0.8) + 1, anonymousBytes: () => null }
    await get(pool({ memoryLimitBytes: null, memory: enough }), 'a')
    expect(running()).toEqual(['a'])
  })

  it('unloads the least recently used idle model, and only as many as needed', async () => {
    const engines = pool({ memoryLimitBytes: 2 * need + MiB })
    for (const name of ['a', 'b', 'a']) {
      ;(await get(engines, name)).release()
      await clock.advance(1000)
    }
    await get(engines, 'c')
    expect(running().toSorted()).toEqual(['a', 'c'])
  })

  it('never unloads a model in use: it waits for it, then goes on', async () => {
    const engines = pool({ memoryLimitBytes: need + MiB })
    const lease = await get(engines, 'a')
    const waiting = get(engines, 'b')
    await clock.advance(minute / 2)
    expect(running()).toEqual(['a'])
    lease.release()
    await waiting
    expect(running()).toEqual(['b'])
  })

  it('says it may be tried again when the wait for others was in vain', async () => {
    const engines = pool({ memoryLimitBytes: need + MiB })
    await get(engines, 'a')
    const waiting = failureOf(get(engines, 'b'))
    await clock.advance(minute)
    expect(await waiting).toMatchObject({ code: 'insufficient_memory', retryable: true })
    expect((await waiting).details).toMatchObject({ inUseBytes: need })
    expect(running()).toEqual(['a'])
  })

  it('does not unload in vain', async () => {
    const engines = pool({ memoryLimitBytes: 2 * need + MiB })
    const lease = await get(engines, 'a')
    ;(await get(engines, 'b')).release()
    // Needs the memory of both, and `a` is in use.
    const waiting = get(engines, 'x')
    await settle()
    expect(running()).toEqual(['a', 'b'])
    lease.release()
    await waiting
    expect(running()).toEqual(['x'])
  })

  it('counts every slot’s context, and less for a shorter type of keys and values', async () => {
    const load = { contextLength: 4096 }
    const bytes = 4 * 4096 * 1024
    await failureOf(get(pool({ memoryLimitBytes: 1, slots: 4 }), 'a', { load })).then(({ details }) =>
      expect(details).toMatchObject({ contextBytes: bytes }),
    )
    await failureOf(get(pool({ memoryLimitBytes: 1, slots: 4, kvType: 'q8_0' }), 'a', { load })).then(({ details }) =>
      expect(details).toMatchObject({ contextBytes: (bytes * 34) / 64 }),
    )
  })

  it('gives less context rather than none', async () => {
    const tight = memoryNeed(source('a'), 3000).totalBytes
    const engines = pool({ memoryLimitBytes: tight })
    await get(engines, 'a')
    expect(started[0]?.request.contextLength).toBe(2816)
  })

  it('loads at most so many models', async () => {
    const engines = pool({ maxLoaded: 1 })
    ;(await get(engines, 'a')).release()
    ;(await get(engines, 'b')).release()
    expect(running()).toEqual(['b'])
  })
})

describe('settings', () => {
  it('uses what is loaded when its context is long enough', async () => {
    const engines = pool()
    ;(await get(engines, 'a')).release()
    ;(await get(engines, 'a', { load: { contextLength: 1024 } })).release()
    ;(await get(engines, 'a', { load: { contextLength: 1_000_000 } })).release()
    expect(started).toHaveLength(1)
  })

  it('does not let a deliberately short context stand for the usual one', async () => {
    const engines = pool()
    ;(await get(engines, 'a', { load: { contextLength: 256 } })).release()
    ;(await get(engines, 'a')).release()
    ;(await get(engines, 'a', { load: { contextLength: 256 } })).release()
    expect(started.map(({ request }) => request.contextLength)).toEqual([256, 4096])
  })

  it('takes the configured context where a request does not say', async () => {
    const engines = pool({ contextLength: 512 })
    ;(await get(engines, 'a')).release()
    ;(await get(engines, 'a')).release()
    ;(await get(engines, 'a', { load: { contextLength: 1024 } })).release()
    expect(started.map(({ request }) => request.contextLength)).toEqual([512, 1024])
  })

  it('reloads an idle model for other settings', async () => {
    const engines = pool()
    ;(await get(engines, 'a', { load: { contextLength: 1024 } })).release()
    ;(await get(engines, 'a', { load: { contextLength: 2048 } })).release()
    ;(await get(engines, 'a', { load: { contextLength: 2048, pooling: 'mean' } })).release()
    expect(started.map((each) => each.running)).toEqual([false, false, true])
  })

  it('loads a second one beside a busy one, if memory allows', async () => {
    const engines = pool({ memoryLimitBytes: 2 * need + MiB })
    await get(engines, 'a')
    await get(engines, 'a', { load: { pooling: 'mean' } })
    expect(running()).toEqual(['a', 'a'])
    const third = codeOf(get(engines, 'a', { load: { pooling: 'last' } }))
    await clock.advance(minute)
    expect(await third).toBe('insufficient_memory')
  })
})

describe('unloading and closing', () => {
  it('stops a model once its requests are done', async () => {
    const engines = pool()
    const lease = await get(engines, 'a')
    let stopped = false
    const unloading = engines.unload('A').then((found) => {
      stopped = true
      return found
    })
    await settle()
    expect(stopped).toBe(false)
    expect(engines.list()).toMatchObject([{ state: 'unloading' }])
    lease.release()
    expect(await unloading).toBe(true)
    expect(running()).toEqual([])
    expect(await engines.unload('a')).toBe(false)
  })

  it('stops a model that is still loading', async () => {
    gate = closedGate().wait
    const engines = pool()
    const waiting = codeOf(get(engines, 'a'))
    await settle()
    expect(await engines.unload('a')).toBe(true)
    expect(await waiting).toBe('cancelled')
    expect(running()).toEqual([])
  })

  it('drains on close: lets leases end, takes no new ones', async () => {
    const engines = pool()
    const lease = await get(engines, 'a')
    ;(await get(engines, 'b')).release()
    const closing = engines.close()
    await settle()
    expect(running()).toEqual(['a'])
    expect(await codeOf(get(engines, 'a'))).toBe('shutting_down')
    lease.release()
    await closing
    expect(running()).toEqual([])
    await engines.close()
  })

  it('ends what does not end by itself', async () => {
    const engines = pool({ drainMs: 1000 })
    await get(engines, 'a')
    gate = closedGate().wait
    const loading = codeOf(get(engines, 'b'))
    await settle()
    const closing = engines.close()
    await clock.advance(1000)
    await closing
    expect(await loading).toBe('shutting_down')
    expect(running()).toEqual([])
  })

  it('leaves no timer behind', async () => {
    const engines = pool()
    ;(await get(engines, 'a')).release()
    await engines.close()
    expect(clock.sleeping).toBe(0)
  })
})
