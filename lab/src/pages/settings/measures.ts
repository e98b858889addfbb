/** Sizes and durations taken apart into an amount and a unit, and put together as the server reads them. */

export const sizeUnits = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const
export const durationUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

export type SizeUnit = keyof typeof sizeUnits
export type DurationUnit = keyof typeof durationUnits

export interface Measure<Unit> {
  /** As typed: the server says what is wrong with it. */
  readonly amount: string
  readonly unit: Unit
}

/** `32MiB` → 32 MiB; undefined for what is written otherwise. */
export function readSize(text: string): Measure<SizeUnit> | undefined {
  const [, amount, unit = 'B'] = /^(\d+)(KiB|MiB|GiB|TiB|B)?$/.exec(text) ?? []
  return amount === undefined ? undefined : { amount, unit: unit as SizeUnit }
}

/** `1h30m` → 90 minutes: the largest unit in which it is a whole number. Undefined for what is written otherwise. */
export function readDuration(text: string): Measure<DurationUnit> | undefined {
  if (text === '0') return { amount: '0', unit: 's' }
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
    total += Number(amount) * durationUnits[unit as DurationUnit]
  }
  const whole = (['d', 'h', 'm', 's'] as const).find((unit) => total > 0 && total % durationUnits[unit] === 0) ?? 'ms'
  return { amount: String(total / durationUnits[whole]), unit: whole }
}

/** As the server reads it. An amount that is no number is passed on, to be refused in the server's words. */
export function writeMeasure({ amount, unit }: Measure<SizeUnit | DurationUnit>): string {
  return amount.trim() === '' ? '' : `${amount.trim()}${unit === 'B' ? '' : unit}`
}
