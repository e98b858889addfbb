import type { Unit } from '../contract.ts'
import type { Spread } from '../method/statistics.ts'
import type { Judged } from './judge.ts'

/** A number with its unit, in as many digits as mean something. */
export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes':
      return `${digits(value / 1e6)} MB`
    case 'bytes/s':
      return `${digits(value / 1e9)} GB/s`
    default:
      return `${digits(value)} ${unit}`
  }
}

/** Median and range; the range only where there was more than one round. */
export function formatSpread(spread: Spread, unit: Unit): string {
  const { median, min, max } = spread
  if (min === max) return formatValue(median, unit)
  const scale = unit === 'bytes' ? 1e6 : unit === 'bytes/s' ? 1e9 : 1
  return `${formatValue(median, unit)} (${digits(min / scale)}–${digits(max / scale)})`
}

/** How near both sides are to what reading memory allows, and where that is. */
export function formatLimit({ at, ours, peer }: NonNullable<Judged['limit']>, unit: Unit): string {
  return `${digits(ours)} %${peer === undefined ? '' : `, the other ${digits(peer)} %`} of ${formatValue(at, unit)}`
}

/** Three digits, as many of them behind the point as fit. */
export function digits(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
}
