import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DurationUnit, durationUnits, readDuration, readSize, type SizeUnit, writeMeasure } from './measures.ts'

const amounts = fc.integer({ min: 1, max: 10_000 })

describe('sizes', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(amounts, fc.constantFrom<SizeUnit>('B', 'KiB', 'MiB', 'GiB', 'TiB'), (amount, unit) => {
        expect(readSize(writeMeasure({ amount: String(amount), unit }))).toEqual({ amount: String(amount), unit })
      }),
    )
  })

  it.each(['', 'auto', '1.5GiB', '8 GB', '-1', '1KiB1'])('leaves alone what it cannot take apart: %s', (text) => {
    expect(readSize(text)).toBeUndefined()
  })
})

describe('durations', () => {
  it('mean the same once they are in one unit', () => {
    const units = fc.subarray<DurationUnit>(['d', 'h', 'm', 's', 'ms'], { minLength: 1 })
    fc.assert(
      fc.property(units, fc.array(amounts, { minLength: 5, maxLength: 5 }), (chosen, numbers) => {
        const parts = chosen.map((unit, i) => [numbers[i] as number, unit] as const)
        const total = parts.reduce((sum, [amount, unit]) => sum + amount * durationUnits[unit], 0)
        const read = readDuration(parts.map((part) => part.join('')).join(''))
        expect(Number(read?.amount) * durationUnits[read?.unit ?? 'ms']).toBe(total)
      }),
    )
  })

  it.each([
    ['1h30m', { amount: '90', unit: 'm' }],
    ['10m', { amount: '10', unit: 'm' }],
    ['250ms', { amount: '250', unit: 'ms' }],
    ['86400s', { amount: '1', unit: 'd' }],
    ['0', { amount: '0', unit: 's' }],
    ['-1', undefined],
    ['forever', undefined],
    ['', undefined],
  ])('%s', (text, measure) => {
    expect(readDuration(text)).toEqual(measure)
  })
})

it('writes what was typed, right or wrong', () => {
  expect(writeMeasure({ amount: ' 5x ', unit: 'm' })).toBe('5xm')
  expect(writeMeasure({ amount: ' ', unit: 'm' })).toBe('')
})
