import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'

/** Reads the text format back, strictly. */
function parse(text: string): Map<string, number> {
  const series = new Map<string, number>()
  const lines = text.split('\n')
  expect(lines.pop()).toBe('')
  for (const line of lines) {
    if (/^# (HELP|TYPE) [a-zA-Z_:][\w:]* \S/.test(line)) continue
    const match = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (\S+)$/.exec(line)
    if (match === null) throw new Error(`not the text format: ${line}`)
    const key = match[2] === undefined ? match[1]! : `${match[1]}{${match[2]}}`
    expect(series.has(key)).toBe(false)
    series.set(key, match[3] === '+Inf' ? Number.POSITIVE_INFINITY : Number(match[3]))
  }
  return series
}

it('counters add up, gauges hold the last value, histograms cumulate', () => {
  const metrics = createMetrics()
  const counter = metrics.counter('a_total', 'Counts a.')
  counter.add()
  counter.add({ kind: 'x' }, 2)
  counter.add({ kind: 'x' }, 3)
  const gauge = metrics.gauge('b', 'How much b.')
  gauge.set(1, { m: 'gone' })
  gauge.clear()
  gauge.set(2.5, { m: 'here' })
  const histogram = metrics.histogram('c_seconds', 'How long c.', [0.1, 1])
  for (const value of [0.05, 0.1, 0.5, 7, Number.NaN]) histogram.observe(value, { m: 'z' })
  const text = metrics.render()
  expect(text).toContain('# HELP a_total Counts a.\n# TYPE a_total counter\n')
  expect(parse(text)).toEqual(
    new Map([
      ['a_total', 1],
      ['a_total{kind="x"}', 5],
      ['b{m="here"}', 2.5],
      ['c_seconds_bucket{m="z",le="0.1"}', 2],
      ['c_seconds_bucket{m="z",le="1"}', 3],
      ['c_seconds_bucket{m="z",le="+Inf"}', 4],
      ['c_seconds_sum{m="z"}', 7.65],
      ['c_seconds_count{m="z"}', 4],
    ]),
  )
})

it('a name has one type, a counter never falls, and a scrape asks first', () => {
  const metrics = createMetrics()
  const counter = metrics.counter('a', 'A.')
  expect(metrics.counter('a', 'A.')).toBe(counter)
  expect(() => metrics.gauge('a', 'A.')).toThrow(/counter already/)
  expect(() => counter.add({}, -1)).toThrow(/cannot fall/)
  const gauge = metrics.gauge('now', 'Now.')
  let now = 1
  metrics.onScrape(() => gauge.set(now++))
  expect(parse(metrics.render()).get('now')).toBe(1)
  expect(parse(metrics.render()).get('now')).toBe(2)
})

it('label values of any kind stay on their line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.double({ noNaN: true }), (value, number) => {
      const metrics = createMetrics()
      metrics.gauge('g', 'G.').set(number, { v: value.replaceAll('\r', '') })
      return parse(metrics.render()).size === 1
    }),
  )
})
