import { beforeEach, describe, expect, it } from 'vitest'
import { SanjhaError } from '../../core/index.ts'
import { settle } from '../testing/ManualClock.ts'
import { closedGate, get, minute, PoolHarness, poolSource } from '../testing/PoolHarness.ts'
import { codeOf, failureOf } from '../testing/requests.ts'

let harness: PoolHarness
beforeEach(() => {
  harness = new PoolHarness()
})

describe('finding and loading', () => {
  it('loads on demand, once for all who ask, and again for nobody', async () => {
    const engines = harness.pool()
    const leases = await Promise.all(['a', 'a', 'A', 'b'].map((name) => get(engines, name)))
    expect(harness.running()).toEqual(['a', 'b'])
    expect(new Set(leases.map((lease) => lease.engine)).size).toBe(2)
    expect(leases[2]).toMatchObject({ model: 'a', digest: 'sha256:a' })
    expect((await get(engines, 'a')).engine).toBe(leases[0]?.engine)
  })

  it('keeps a model and the same with an adapter beside each other, and unloads either by its name', async () => {
    const poet = { ...poolSource('a'), model: 'poet', adapter: { path: 'poet.gguf', scale: 1 } }
    let gone = false
    const engines = harness.pool({
      resolve: async (name) => {
        if (name === 'a') return poolSource('a')
        if (gone) throw new SanjhaError('invalid_config', 'The file is gone.')
        return name === 'poet' ? poet : { ...poet, model: 'faint', adapter: { ...poet.adapter, scale: 0.5 } }
      },
    })
    const leases = []
    for (const name of ['a', 'poet', 'faint', 'a', 'poet']) leases.push(await get(engines, name))
    for (const lease of leases) lease.release()
    expect(leases.map(({ model }) => model)).toEqual(['a', 'poet', 'faint', 'a', 'poet'])
    expect(harness.started.map(({ request }) => request.source.adapter?.scale)).toEqual([undefined, 1, 0.5])
    expect(await engines.unload('a')).toBe(true)
    expect(harness.running()).toEqual(['poet', 'faint'])
    gone = true
    expect(await engines.unload('poet')).toBe(true)
    expect(harness.running()).toEqual(['faint'])
    expect(await codeOf(engines.unload('poet'))).toBe('invalid_config')
  })

  it('says how long a request waited for loading', async () => {
    const { open, wait } = closedGate()
    harness.gate = wait
    const engines = harness.pool()
    const first = get(engines, 'a')
    await harness.clock.advance(1500)
    open()
    expect((await first).loadMs).toBe(1500)
    expect((await get(engines, 'a')).loadMs).toBe(0)
  })

  it('says what was probably meant when there is no such model', async () => {
    const error = await failureOf(get(harness.pool(), 'nosuch'))
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model', details: { suggestions: ['a'] } })
    expect(error.hint).toContain('"a"')
  })

  it('tells everybody who waits when loading fails, and tries again for the next', async () => {
    harness.gate = async () => {
      throw new SanjhaError('invalid_file', 'Broken.')
    }
    const engines = harness.pool()
    expect(await Promise.all([codeOf(get(engines, 'a')), codeOf(get(engines, 'a'))])).toEqual([
      'invalid_file',
      'invalid_file',
    ])
    expect(harness.started).toHaveLength(1)
    expect(engines.list()).toEqual([])
    harness.gate = async () => undefined
    await get(engines, 'a')
    expect(harness.running()).toEqual(['a'])
  })

  it('goes on loading although its first caller left', async () => {
    const { open, wait } = closedGate()
    harness.gate = wait
    const engines = harness.pool()
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
    const engines = harness.pool()
    const lease = await get(engines, 'a')
    const { open, wait } = closedGate()
    harness.gate = wait
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
    const engines = harness.pool({ memoryLimitBytes: 1 })
    const lease = await get(engines, 'remote/gpt')
    expect(lease).toMatchObject({ model: 'remote/gpt', digest: null })
    expect(engines.list()).toMatchObject([{ engine: 'remote', parameters: null }])
  })
})

describe('keep-alive', () => {
  it('unloads five minutes after the last request', async () => {
    const engines = harness.pool()
    ;(await get(engines, 'a')).release()
    await harness.clock.advance(5 * minute - 1)
    expect(harness.running()).toEqual(['a'])
    ;(await get(engines, 'a')).release()
    await harness.clock.advance(5 * minute - 1)
    expect(harness.running()).toEqual(['a'])
    await harness.clock.advance(1)
    expect(harness.running()).toEqual([])
    expect(engines.list()).toEqual([])
  })

  it('takes 0 as at once and Infinity as never, the last one given decides', async () => {
    const engines = harness.pool()
    const forEver = await get(engines, 'a', { keepAliveMs: Number.POSITIVE_INFINITY })
    forEver.release()
    await harness.clock.advance(100 * 24 * 60 * minute)
    expect(harness.running()).toEqual(['a'])
    expect(engines.list()[0]?.expiresAt).toBeNull()
    ;(await get(engines, 'a', { keepAliveMs: 0 })).release()
    await settle()
    expect(harness.running()).toEqual([])
  })

  it('keeps to the time that was given last when a later request gives none', async () => {
    const engines = harness.pool()
    ;(await get(engines, 'a', { keepAliveMs: 60 * minute })).release()
    ;(await get(engines, 'a')).release()
    expect(engines.list()[0]?.expiresAt).toBe('2026-01-01T01:00:00.000Z')
    await harness.clock.advance(60 * minute - 1)
    expect(harness.running()).toEqual(['a'])
    await harness.clock.advance(1)
    expect(harness.running()).toEqual([])
    // It held for the engine that is gone, not for the model's next one.
    ;(await get(engines, 'a')).release()
    await harness.clock.advance(5 * minute)
    expect(harness.running()).toEqual([])
  })

  it('waits longer than a timer of JavaScript can', async () => {
    const engines = harness.pool({ keepAliveMs: 2 ** 32 })
    ;(await get(engines, 'a')).release()
    await harness.clock.advance(2 ** 32 - 1)
    expect(harness.running()).toEqual(['a'])
    await harness.clock.advance(1)
    expect(harness.running()).toEqual([])
  })

  it('never unloads what is in use, and counts a lease once however often it is released', async () => {
    const engines = harness.pool()
    const first = await get(engines, 'a', { keepAliveMs: 0 })
    const second = await get(engines, 'a', { keepAliveMs: 0 })
    first.release()
    first.release()
    await harness.clock.advance(60 * minute)
    expect(harness.running()).toEqual(['a'])
    second.release()
    await settle()
    expect(harness.running()).toEqual([])
  })
})

describe('unloading and closing', () => {
  it('stops a model once its requests are done', async () => {
    const engines = harness.pool()
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
    expect(harness.running()).toEqual([])
    expect(await engines.unload('a')).toBe(false)
  })

  it('stops a model that is still loading', async () => {
    harness.gate = closedGate().wait
    const engines = harness.pool()
    const waiting = codeOf(get(engines, 'a'))
    await settle()
    expect(await engines.unload('a')).toBe(true)
    expect(await waiting).toBe('cancelled')
    expect(harness.running()).toEqual([])
  })

  it('drains on close: lets leases end, takes no new ones', async () => {
    const engines = harness.pool()
    const lease = await get(engines, 'a')
    ;(await get(engines, 'b')).release()
    const closing = engines.close()
    await settle()
    expect(harness.running()).toEqual(['a'])
    expect(await codeOf(get(engines, 'a'))).toBe('shutting_down')
    lease.release()
    await closing
    expect(harness.running()).toEqual([])
    await engines.close()
  })

  it('ends what does not end by itself', async () => {
    const engines = harness.pool({ drainMs: 1000 })
    await get(engines, 'a')
    harness.gate = closedGate().wait
    const loading = codeOf(get(engines, 'b'))
    await settle()
    const closing = engines.close()
    await harness.clock.advance(1000)
    await closing
    expect(await loading).toBe('shutting_down')
    expect(harness.running()).toEqual([])
  })

  it('leaves no timer behind', async () => {
    const engines = harness.pool()
    ;(await get(engines, 'a')).release()
    await engines.close()
    expect(harness.clock.sleeping).toBe(0)
  })
})
