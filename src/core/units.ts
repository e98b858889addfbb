/** Sizes and durations as people write and read them. Parsing returns undefined for what is no size or duration. */

const byteFactors: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  // A bare letter is binary, as memory limits of containers have it.
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** `8GiB`, `1.5 GB`, `512m`, `1048576` → bytes, rounded to a whole number. */
export function parseBytes(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isSafeInteger(text) && text >= 0 ? text : undefined
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text)
  const factor = byteFactors[match?.[2]?.toLowerCase() ?? '?']
  if (match === null || factor === undefined) return undefined
  const bytes = Math.round(Number(match[1]) * factor)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/**
 * Bytes for people, three digits: `91.7 MB`. Decimal units, as disks and networks are sold; `binary` for memory (`1.50 GiB`).
 */
export function formatBytes(bytes: number, base: 'decimal' | 'binary' = 'decimal'): string {
  const [step, units] =
    base === 'decimal' ? [1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB']] : [1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']]
  let value = Math.abs(bytes)
  let unit = 0
  // 999.5 kB would be printed as 1000 kB, so it belongs to the next unit already.
  while (value >= (unit === 0 ? step : step - 0.5) && unit < units.length - 1) {
    value /= step
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${bytes < 0 ? '−' : ''}${value.toFixed(digits)} ${units[unit]}`
}

/** Bytes as text that `parseBytes` reads back exactly: `8GiB`, `1500`. */
export function bytesText(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const factor = byteFactors[unit.toLowerCase()] as number
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`
  }
  return String(bytes)
}

const durationFactors: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 }

/**
 * `5m`, `1h30m`, `1.5s`, `250ms`, `2d` → milliseconds. A bare number is seconds, as in Ollama's `keep_alive`. Anything
 * negative, and the word `forever`, is Infinity.
 */
export function parseDuration(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isNaN(text) ? undefined : text < 0 ? Infinity : text * 1e3
  const trimmed = text.trim().toLowerCase()
  if (trimmed === 'forever') return Infinity
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) return parseDuration(Number(trimmed))
  const negative = trimmed.startsWith('-')
  const body = negative ? trimmed.slice(1) : trimmed
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d)\s*)+$/.test(body)) return undefined
  if (negative) return Infinity
  let total = 0
  for (const [, amount, unit] of body.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (durationFactors[unit as string] as number)
  }
  return total
}

/** A duration for people, its two largest units: `1h 5m`, `12s`, `3.4s`, `350ms`, `for ever`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === Infinity) return 'for ever'
  const ms = Math.max(0, milliseconds)
  if (ms < 1) return ms === 0 ? '0s' : `${ms.toFixed(2)}ms`
  if (ms < 999.5) return `${Math.round(ms)}ms`
  if (ms < 9_950) return `${(ms / 1e3).toFixed(1)}s`
  let seconds = Math.round(ms / 1e3)
  const parts: string[] = []
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(seconds / size)
    seconds -= count * size
    if (count > 0) parts.push(`${count}${unit}`)
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.join(' ')
}

/** A duration as text that `parseDuration` reads back exactly: `5m`, `1h30m`, `250ms`, `-1` for ever, `0`. */
export function durationText(milliseconds: number): string {
  if (milliseconds === Infinity) return '-1'
  if (milliseconds === 0) return '0'
  if (!Number.isInteger(milliseconds)) return `${milliseconds}ms`
  let rest = milliseconds
  let text = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = durationFactors[unit] as number
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) text += `${count}${unit}`
  }
  return text
}

/** How long ago `then` was, both in milliseconds since 1970: `just now`, `5 minutes ago`, `3 days ago`. */
export function formatAge(then: number, now: number): string {
  const seconds = Math.max(0, (now - then) / 1e3)
  if (seconds < 45) return 'just now'
  const [count, unit] =
    seconds < 2_700
      ? [seconds / 60, 'minute']
      : seconds < 79_200
        ? [seconds / 3_600, 'hour']
        : seconds < 2_246_400
          ? [seconds / 86_400, 'day']
          : seconds < 27_648_000
            ? [seconds / 2_629_800, 'month']
            : [seconds / 31_557_600, 'year']
  const whole = Math.max(1, Math.round(count))
  return `${whole} ${unit}${whole === 1 ? '' : 's'} ago`
}

/** Large counts, such as parameters, in three digits: `135M`, `1.24B`, `950`. */
export function formatCount(count: number): string {
  let value = Math.abs(count)
  let unit = 0
  while (value >= (unit === 0 ? 1000 : 999.5) && unit < 4) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${count < 0 ? '−' : ''}${value.toFixed(digits)}${['', 'K', 'M', 'B', 'T'][unit]}`
}
