import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyHistory, foldEvents, type RunEvent } from './foldEvents.ts'

let count = 0
type Body = RunEvent extends infer Each ? (Each extends RunEvent ? Omit<Each, 'sequence' | 'at'> : never) : never
const event = (body: Body, sequence = ++count): RunEvent =>
  ({ ...body, sequence, at: new Date(sequence * 1000).toISOString() }) as RunEvent
const progress = (step: string, completed = 0): Body => ({
  type: 'progress',
  progress: { step, completed, total: 10, unit: 'bytes', rate: null, eta: null },
})

describe('foldEvents', () => {
  it('makes steps of progress, each ended by the next, the last by the end of the run', () => {
    count = 0
    const { steps, log } = foldEvents(emptyHistory, [
      event({ type: 'state', state: 'running' }),
      event(progress('find')),
      event(progress('download', 1)),
      event(progress('download', 5)),
      event({ type: 'log', level: 'warn', message: 'slow' }),
      event(progress('store')),
      event({ type: 'state', state: 'succeeded' }),
    ])
    expect(steps.map(({ name, status }) => `${name} ${status}`)).toEqual(['find done', 'download done', 'store done'])
    expect(steps[1]).toMatchObject({ startedAt: '1970-01-01T00:00:03.000Z', endedAt: '1970-01-01T00:00:06.000Z' })
    expect(log.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'state running',
      'warn slow',
      'state succeeded',
    ])
  })

  it('a cut run stops its step, and a resumed one begins it again in one line', () => {
    count = 0
    const cut = foldEvents(emptyHistory, [event(progress('download')), event({ type: 'state', state: 'interrupted' })])
    expect(cut.steps).toMatchObject([{ name: 'download', status: 'stopped' }])
    const resumed = foldEvents(cut, [
      event({ type: 'state', state: 'running' }),
      event(progress('find')),
      event(progress('download')),
    ])
    expect(resumed.steps.map(({ name, status }) => `${name} ${status}`)).toEqual(['find done', 'download running'])
  })

  it('knows steps that were reused', () => {
    count = 0
    const { steps } = foldEvents(emptyHistory, [
      event({ type: 'step', step: 'prepare', status: 'reused' }),
      event({ type: 'step', step: 'train', status: 'started' }),
      event({ type: 'step', step: 'train', status: 'done' }),
    ])
    expect(steps.map(({ name, status }) => `${name} ${status}`)).toEqual(['prepare reused', 'train done'])
  })

  it('whatever is told twice counts once, in however many pieces it comes', () => {
    const bodies = fc.array(
      fc.oneof(
        fc.constantFrom('a', 'b', 'c').map((step) => progress(step)),
        fc.string().map((message): Body => ({ type: 'log', level: 'info', message })),
        fc
          .constantFrom('running', 'failed', 'succeeded')
          .map((state): Body => ({ type: 'state', state: state as 'running' })),
      ),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(bodies, fc.nat(30), fc.nat(30), (all, cut, back) => {
        const events = all.map((body, index) => event(body, index + 1))
        const whole = foldEvents(emptyHistory, events)
        const first = foldEvents(emptyHistory, events.slice(0, cut))
        expect(foldEvents(first, events.slice(Math.max(0, cut - back)))).toEqual(whole)
      }),
    )
  })

  it('keeps the newest lines of a long log, and says how many it left out', () => {
    const lines = Array.from({ length: 2_500 }, (_, i) => event({ type: 'log', level: 'info', message: `${i}` }, i + 1))
    const history = foldEvents(foldEvents(emptyHistory, lines.slice(0, 2_300)), lines.slice(2_300))
    expect([history.log.length, history.leftOut, history.log.at(-1)?.message]).toEqual([2_000, 500, '2499'])
  })
})
