import { afterEach, describe, expect, it } from 'vitest'
import { FakeEngine } from '../../testing/FakeEngine.ts'
import { type HeartbeatWatch, watchHeartbeat } from './watchHeartbeat.ts'

let watch: HeartbeatWatch | undefined
afterEach(() => watch?.stop())

function start(limits: { hangMs: number; stallMs: number; pending: number }): string[] {
  const dead: string[] = []
  watch = watchHeartbeat({ ...limits, pending: () => limits.pending, onDead: (why) => dead.push(why) })
  return dead
}
const status = { type: 'status', status: new FakeEngine().status() } as const
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('watchHeartbeat', () => {
  it('takes silence for a hang, busy or not, and says so once', async () => {
    const dead = start({ hangMs: 200, stallMs: 60_000, pending: 0 })
    await expect.poll(() => dead).toEqual(['hang'])
    await pause(500)
    expect(dead).toEqual(['hang'])
  })

  it('takes unchanged heartbeats for a stall, but only with work under way', async () => {
    const idle = start({ hangMs: 60_000, stallMs: 200, pending: 0 })
    const beat = setInterval(() => watch?.sawMessage(status), 20)
    await pause(600)
    expect(idle).toEqual([])
    watch?.stop()
    const busy = start({ hangMs: 60_000, stallMs: 200, pending: 1 })
    await expect.poll(() => busy).toEqual(['stall'])
    clearInterval(beat)
  })

  it('takes changing totals for progress', async () => {
    const dead = start({ hangMs: 60_000, stallMs: 400, pending: 1 })
    let promptTokens = 0
    const beat = setInterval(() => {
      const totals = { ...status.status.totals, promptTokens: ++promptTokens }
      watch?.sawMessage({ type: 'status', status: { ...status.status, totals } })
    }, 20)
    await pause(900)
    clearInterval(beat)
    expect(dead).toEqual([])
  })

  it('blames nobody for the time in which this process itself stood still', async () => {
    const dead = start({ hangMs: 400, stallMs: 400, pending: 1 })
    const beat = setInterval(() => watch?.sawMessage({ type: 'progress', fraction: 1 }), 20)
    await pause(50)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500)
    await pause(150)
    clearInterval(beat)
    expect(dead).toEqual([])
  })
})
