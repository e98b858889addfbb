import { expect, test } from 'vitest'
import { RateMeter } from './rateMeter.ts'

test('a rate only once there is something to measure, then over the window alone', () => {
  const meter = new RateMeter(5000)
  meter.add(0, 0)
  meter.add(100, 1_000_000)
  expect(meter.rate()).toBeNull()
  expect(meter.eta(100)).toBeNull()
  for (let second = 1; second <= 20; second++) meter.add(second * 1000, 1_000_000 + second * 1000)
  // The fast beginning is forgotten.
  expect(meter.rate()).toBe(1000)
  expect(meter.eta(5000)).toBe(5)
  expect(meter.eta(0)).toBe(0)
  expect(meter.eta(null)).toBeNull()
})

test('nothing comes: no time left can be told', () => {
  const meter = new RateMeter(1000)
  meter.add(0, 5)
  meter.add(2000, 5)
  expect(meter.rate()).toBe(0)
  expect(meter.eta(10)).toBeNull()
})
