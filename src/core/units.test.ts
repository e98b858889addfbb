import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesText,
  durationText,
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  parseBytes,
  parseDuration,
} from './units.ts'

describe('sizes', () => {
  it.each([
    ['8GiB', 8 * 2 ** 30],
    ['1.5 GB', 1_500_000_000],
    ['512m', 512 * 2 ** 20],
    ['10kB', 10_000],
    ['0', 0],
    [1_048_576, 1_048_576],
  ])('reads %s', (text, bytes) => expect(parseBytes(text)).toBe(bytes))

  it.each(['', 'GiB', '-1', '1e3', '8 gibi', '1,5GB', 'constructor', '9'.repeat(20), -1, 0.5, Number.NaN])(
    'refuses %j',
    (text) => expect(parseBytes(text)).toBeUndefined(),
  )

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [91_728_640, '91.7 MB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [9_995, '10.0 kB'],
    [99_950, '100 kB'],
  ])('writes %d as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it('writes memory in binary units', () => {
    expect(formatBytes(1.5 * 2 ** 30, 'binary')).toBe('1.50 GiB')
    expect(formatBytes(1023, 'binary')).toBe('1023 B')
  })

  it('writes text that is read back exactly', () => {
    fc.assert(fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (n) => parseBytes(bytesText(n)) === n))
    fc.assert(fc.property(fc.nat({ max: 4096 }), (n) => parseBytes(bytesText(n * 2 ** 20)) === n * 2 ** 20))
  })

  it('shows at most three digits and stays within half a per cent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 9e14 }), (n) => {
        const text = formatBytes(n)
        expect(text.replaceAll(/\D/g, '').length).toBe(3)
        expect(Math.abs((parseBytes(text) as number) - n) / n).toBeLessThan(0.0051)
      }),
    )
  })
})

describe('durations', () => {
  it.each([
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['1.5s', 1500],
    ['250ms', 250],
    ['10', 10_000],
    ['0', 0],
    ['-1', Infinity],
    ['-1s', Infinity],
    ['forever', Infinity],
    [-1, Infinity],
    [90, 90_000],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(['', 'm', '5 minutes', '1e3s', '5m!', '--1', Number.NaN])('refuses %j', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  )

  it.each([
    [0, '0s'],
    [0.25, '0.25ms'],
    [350.4, '350ms'],
    [3_400, '3.4s'],
    [59_700, '1m'],
    [65_000, '1m 5s'],
    [3_600_000, '1h'],
    [3_605_000, '1h'],
    [100_000_000, '1d 3h'],
    [Infinity, 'for ever'],
  ])('writes %d as %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it('writes text that is read back exactly', () => {
    fc.assert(fc.property(fc.nat({ max: 10 ** 12 }), (ms) => parseDuration(durationText(ms)) === ms))
    expect(parseDuration(durationText(Infinity))).toBe(Infinity)
    expect(parseDuration(durationText(0.5))).toBe(0.5)
  })
})

describe('ages and counts', () => {
  it.each([
    [0, 'just now'],
    [60_000, '1 minute ago'],
    [44 * 60_000, '44 minutes ago'],
    [46 * 60_000, '1 hour ago'],
    [3 * 86_400_000, '3 days ago'],
    [27 * 86_400_000, '1 month ago'],
    [400 * 86_400_000, '1 year ago'],
    [-5_000, 'just now'],
  ])('%d ms is %s', (ms, text) => expect(formatAge(1e12, 1e12 + ms)).toBe(text))
  it.each([
    [950, '950'],
    [134_515_008, '135M'],
    [1_235_814_400, '1.24B'],
    [999_600, '1.00M'],
  ])('%d is %s', (count, text) => expect(formatCount(count)).toBe(text))
})
