/** Number ranges as GBNF bodies, exact for integers and for decimals without an exponent. */

export interface NumberBounds {
  readonly min?: number
  readonly max?: number
  readonly exclusiveMin?: boolean
  readonly exclusiveMax?: boolean
}

// A double holds 15 to 17 digits; more would only invite a model to write zeros without end.
const maxDigits = 16
const anyDigits = '[0-9]{0,16}'

const digit = (from: string | number, to: string | number): string =>
  `${from}` === `${to}` ? `"${from}"` : `[${from}-${to}]`
const digits = (count: number): string => (count === 0 ? '' : count === 1 ? ' [0-9]' : ` [0-9]{${count}}`)

/** Digit strings of equal length between two of that length. */
function sameLength(low: string, high: string): string[] {
  if (low === high) return [low === '' ? '""' : `"${low}"`]
  const rest = low.length - 1
  if (/^0*$/.test(low.slice(1)) && /^9*$/.test(high.slice(1))) return [digit(low[0]!, high[0]!) + digits(rest)]
  if (low[0] === high[0]) return sameLength(low.slice(1), high.slice(1)).map((body) => `"${low[0]}" ${body}`)
  const result = sameLength(low.slice(1), '9'.repeat(rest)).map((body) => `"${low[0]}" ${body}`)
  const between = [Number(low[0]) + 1, Number(high[0]) - 1] as const
  if (between[0] <= between[1]) result.push(digit(between[0], between[1]) + digits(rest))
  return [...result, ...sameLength('0'.repeat(rest), high.slice(1)).map((body) => `"${high[0]}" ${body}`)]
}

/** Natural numbers from `low` to `high`, without leading zeros. `high` undefined: up to 16 digits. */
function naturals(low: bigint, high: bigint | undefined): string[] {
  const top = high ?? 10n ** BigInt(maxDigits) - 1n
  const result: string[] = []
  let from = low
  while (from <= top) {
    const length = from.toString().length
    const last = 10n ** BigInt(length) - 1n
    const to = last < top ? last : top
    result.push(...sameLength(from.toString(), to.toString()))
    from = to + 1n
  }
  return result
}

const toBigInt = (value: number): bigint => BigInt(value)

/** Alternatives for the integers within the bounds; empty when there is none. */
export function integerRange(bounds: NumberBounds): string[] {
  let low = bounds.min === undefined ? undefined : toBigInt(Math.ceil(bounds.min))
  let high = bounds.max === undefined ? undefined : toBigInt(Math.floor(bounds.max))
  if (low !== undefined && bounds.exclusiveMin === true && Number(low) === bounds.min) low += 1n
  if (high !== undefined && bounds.exclusiveMax === true && Number(high) === bounds.max) high -= 1n
  if (low !== undefined && high !== undefined && low > high) return []
  const result: string[] = []
  if (low === undefined || low < 0n) {
    // −high … −low of the magnitudes.
    const from = high !== undefined && high < 0n ? -high : 1n
    result.push(...naturals(from, low === undefined ? undefined : -low).map((body) => `"-" ${body}`))
  }
  if (high === undefined || high >= 0n) result.push(...naturals(low !== undefined && low > 0n ? low : 0n, high))
  return result
}

/** Digits after the point that make a fraction ≥ (or >) 0.`low`. */
function fractionFrom(low: string, strict: boolean): string[] {
  if (/^0*$/.test(low)) return strict ? [`"0"{0,15} [1-9] ${anyDigits}`] : [anyDigits]
  const first = Number(low[0])
  const result = fractionFrom(low.slice(1), strict).map((body) => `"${first}" ${body}`)
  if (first < 9) result.push(`${digit(first + 1, 9)} ${anyDigits}`)
  return result
}

/** Digits after the point that make a fraction ≤ (or <) 0.`high`. */
function fractionTo(high: string, strict: boolean): string[] {
  if (/^0*$/.test(high)) return strict ? [] : ['"0"{0,16}']
  const first = Number(high[0])
  const result = fractionTo(high.slice(1), strict).map((body) => `"${first}" ${body}`)
  if (first > 0) result.push(`${digit(0, first - 1)} ${anyDigits}`, '""')
  else if (result.length > 0) result.push('""')
  return result
}

function fractionBetween(low: string, high: string, strictLow: boolean, strictHigh: boolean): string[] {
  if (/^0*$/.test(low)) {
    const upper = fractionTo(high, strictHigh)
    if (!strictLow) return upper
  }
  const length = Math.max(low.length, high.length)
  const [a, b] = [low.padEnd(length, '0'), high.padEnd(length, '0')]
  if (length === 0) return strictLow || strictHigh ? [] : ['"0"{0,16}']
  const [x, y] = [Number(a[0]), Number(b[0])]
  if (x > y) return []
  if (x === y) return fractionBetween(a.slice(1), b.slice(1), strictLow, strictHigh).map((body) => `"${x}" ${body}`)
  const result = fractionFrom(a.slice(1), strictLow).map((body) => `"${x}" ${body}`)
  if (x + 1 <= y - 1) result.push(`${digit(x + 1, y - 1)} ${anyDigits}`)
  return [...result, ...fractionTo(b.slice(1), strictHigh).map((body) => `"${y}" ${body}`)]
}

function split(value: number): { whole: bigint; fraction: string } {
  const text = Math.abs(value)
    .toFixed(16)
    .replace(/\.?0+$/, '')
  // `toFixed` shows binary noise (0.1 → 0.1000000000000000056); the shortest form is what people mean.
  const short = String(Math.abs(value))
  const [whole, fraction = ''] = (short.includes('e') ? text : short).split('.')
  return { whole: BigInt(whole === '' ? '0' : whole!), fraction }
}

/** A whole part and the bodies that its fraction digits may have. An empty fraction may also leave the point away. */
function withFraction(wholes: readonly string[], fractions: readonly string[]): string[] {
  if (wholes.length === 0 || fractions.length === 0) return []
  const whole = wholes.length === 1 ? wholes[0]! : `(${wholes.join(' | ')})`
  // GBNF has no way to say "one or more of a body that may be empty", so the empty one is taken apart.
  const result: string[] = []
  for (const fraction of fractions) {
    if (fraction === anyDigits) result.push(`${whole} ("." [0-9]{1,16})?`)
    else if (fraction === '"0"{0,16}') result.push(`${whole} ("." "0"{1,16})?`)
    else if (fraction === '""') result.push(whole)
    else result.push(`${whole} "." ${fraction}`)
  }
  return result
}

/** Magnitudes from `low` to `high`; undefined is without end. */
function magnitudes(low: number, high: number | undefined, strictLow: boolean, strictHigh: boolean): string[] {
  const from = split(low)
  if (high === undefined) {
    return [
      ...withFraction(naturals(from.whole, from.whole), fractionFrom(from.fraction, strictLow)),
      ...withFraction(naturals(from.whole + 1n, undefined), [anyDigits]),
    ]
  }
  const to = split(high)
  if (from.whole > to.whole) return []
  if (from.whole === to.whole) {
    return withFraction(
      naturals(from.whole, from.whole),
      fractionBetween(from.fraction, to.fraction, strictLow, strictHigh),
    )
  }
  return [
    ...withFraction(naturals(from.whole, from.whole), fractionFrom(from.fraction, strictLow)),
    ...withFraction(naturals(from.whole + 1n, to.whole - 1n), [anyDigits]),
    ...withFraction(naturals(to.whole, to.whole), fractionTo(to.fraction, strictHigh)),
  ]
}

/** Alternatives for the decimal numbers within the bounds; empty when there is none. */
export function decimalRange(bounds: NumberBounds): string[] {
  const { min, max, exclusiveMin = false, exclusiveMax = false } = bounds
  if (min !== undefined && max !== undefined && (min > max || (min === max && (exclusiveMin || exclusiveMax))))
    return []
  const result: string[] = []
  if (min === undefined || min < 0) {
    const nearest = max !== undefined && max <= 0 ? -max : 0
    const strictNear = max !== undefined && max <= 0 ? exclusiveMax : true
    const body = magnitudes(nearest, min === undefined ? undefined : -min, strictNear, exclusiveMin)
    result.push(...body.map((one) => `"-" ${one}`))
  }
  if (max === undefined || max >= 0) {
    const isAbove = min !== undefined && min >= 0
    result.push(...magnitudes(isAbove ? min : 0, max, isAbove && exclusiveMin, exclusiveMax))
  }
  return result
}
