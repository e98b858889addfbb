import { beforeEach, describe, expect, it } from 'vitest'
import { memoryNeed } from '../fit.ts'
import { settle } from '../testing/ManualClock.ts'
import { closedGate, get, MiB, minute, need, PoolHarness, poolSource } from '../testing/PoolHarness.ts'
import { codeOf, failureOf } from '../testing/requests.ts'

let harness: PoolHarness
beforeEach(() => {
  harness = new PoolHarness()
})

describe('memory', () => {
  it('refuses before loading what could never fit, with the numbers', async () => {
    const engines = harness.pool({ memoryLimitBytes: 120 * MiB })
    const error = await failureOf(get(engines, 'a'))
    expect(error).toMatchObject({ code: 'insufficient_memory', retryable: false })
    expect(error.details).toMatchObject({ weightsBytes: 100 * MiB, budgetBytes: 120 * MiB, inUseBytes: 0 })
    expect(error.message).toMatch(/a needs \d+ MiB \(100 MiB weights \+ .* context \+ .*; 120 MiB are allowed/)
    expect(harness.started).toEqual([])
  })

  it('takes the budget from what is free when none is configured', async () => {
    const memory = { availableBytes: () => need, anonymousBytes: () => null }
    expect(await codeOf(get(harness.pool({ memoryLimitBytes: null, memory }), 'a'))).toBe('insufficient_memory')
    const enough = { availableBytes: () => Math.ceil(need / 0.8) + 1, anonymousBytes: () => null }
    await get(harness.pool({ memoryLimitBytes: null, memory: enough }), 'a')
    expect(harness.running()).toEqual(['a'])
  })

  it('waits for a model that loads: what its process holds already is not counted as ours yet', async () => {
    const gate = closedGate()
    harness.gate = gate.wait
    let free = 4 * need
    const memory = { availableBytes: () => free, anonymousBytes: () => null }
    const engines = harness.pool({ memoryLimitBytes: null, memory })
    const first = get(engines, 'a')
    await settle()
    free = need
    const second = get(engines, 'b')
    await settle()
    expect(harness.started.map(({ model }) => model)).toEqual(['a'])
    free = 4 * need
    gate.open()
    await Promise.all([first, second])
    expect(harness.running()).toEqual(['a', 'b'])
  })

  it('unloads the least recently used idle model, and only as many as needed', async () => {
    const engines = harness.pool({ memoryLimitBytes: 2 * need + MiB })
    for (const name of ['a', 'b', 'a']) {
      ;(await get(engines, name)).release()
      await harness.clock.advance(1000)
    }
    await get(engines, 'c')
    expect(harness.running().toSorted()).toEqual(['a', 'c'])
  })

  it('never unloads a model in use: it waits for it, then goes on', async () => {
    const engines = harness.pool({ memoryLimitBytes: need + MiB })
    const lease = await get(engines, 'a')
    const waiting = get(engines, 'b')
    await harness.clock.advance(minute / 2)
    expect(harness.running()).toEqual(['a'])
    lease.release()
    await waiting
    expect(harness.running()).toEqual(['b'])
  })

  it('says it may be tried again when the wait for others was in vain', async () => {
    const engines = harness.pool({ memoryLimitBytes: need + MiB })
    await get(engines, 'a')
    const waiting = failureOf(get(engines, 'b'))
    await harness.clock.advance(minute)
    expect(await waiting).toMatchObject({ code: 'insufficient_memory', retryable: true })
    expect((await waiting).details).toMatchObject({ inUseBytes: need })
    expect(harness.running()).toEqual(['a'])
  })

  it('does not unload in vain', async () => {
    const engines = harness.pool({ memoryLimitBytes: 2 * need + MiB })
    const lease = await get(engines, 'a')
    ;(await get(engines, 'b')).release()
    // Needs the memory of both, and `a` is in use.
    const waiting = get(engines, 'x')
    await settle()
    expect(harness.running()).toEqual(['a', 'b'])
    lease.release()
    await waiting
    expect(harness.running()).toEqual(['x'])
  })

  it('counts less for a shorter type of keys and values', async () => {
    const load = { contextLength: 4096 }
    const contextBytes = memoryNeed(poolSource('a'), 4096).contextBytes
    for (const [kvType, share] of [
      ['f16', 1],
      ['q8_0', 34 / 64],
    ] as const) {
      const error = await failureOf(get(harness.pool({ memoryLimitBytes: 1, kvType }), 'a', { load }))
      expect(error.details).toMatchObject({ contextBytes: contextBytes * share })
    }
  })

  it('gives less context rather than none', async () => {
    const tight = memoryNeed(poolSource('a'), 3000).totalBytes
    const engines = harness.pool({ memoryLimitBytes: tight })
    await get(engines, 'a')
    expect(harness.started[0]?.request.contextLength).toBe(2816)
  })

  it('loads at most so many models', async () => {
    const engines = harness.pool({ maxLoaded: 1 })
    ;(await get(engines, 'a')).release()
    ;(await get(engines, 'b')).release()
    expect(harness.running()).toEqual(['b'])
  })
})

describe('settings', () => {
  it('uses what is loaded when its context is long enough', async () => {
    const engines = harness.pool()
    ;(await get(engines, 'a')).release()
    ;(await get(engines, 'a', { load: { contextLength: 1024 } })).release()
    ;(await get(engines, 'a', { load: { contextLength: 1_000_000 } })).release()
    expect(harness.started).toHaveLength(1)
  })

  it('does not let a deliberately short context stand for the usual one', async () => {
    const engines = harness.pool()
    ;(await get(engines, 'a', { load: { contextLength: 256 } })).release()
    ;(await get(engines, 'a')).release()
    ;(await get(engines, 'a', { load: { contextLength: 256 } })).release()
    expect(harness.started.map(({ request }) => request.contextLength)).toEqual([256, 4096])
  })

  it('takes the configured context where a request does not say', async () => {
    const engines = harness.pool({ contextLength: 512 })
    ;(await get(engines, 'a')).release()
    ;(await get(engines, 'a')).release()
    ;(await get(engines, 'a', { load: { contextLength: 1024 } })).release()
    expect(harness.started.map(({ request }) => request.contextLength)).toEqual([512, 1024])
  })

  it('reloads an idle model for other settings', async () => {
    const engines = harness.pool()
    ;(await get(engines, 'a', { load: { contextLength: 1024 } })).release()
    ;(await get(engines, 'a', { load: { contextLength: 2048 } })).release()
    ;(await get(engines, 'a', { load: { contextLength: 2048, pooling: 'mean' } })).release()
    expect(harness.started.map((each) => each.running)).toEqual([false, false, true])
  })

  it('loads a second one beside a busy one, if memory allows', async () => {
    const engines = harness.pool({ memoryLimitBytes: 2 * need + MiB })
    await get(engines, 'a')
    await get(engines, 'a', { load: { pooling: 'mean' } })
    expect(harness.running()).toEqual(['a', 'a'])
    const third = codeOf(get(engines, 'a', { load: { pooling: 'last' } }))
    await harness.clock.advance(minute)
    expect(await third).toBe('insufficient_memory')
  })
})
