/** 134515008 → `135M`; three significant digits at most. */
export function formatCount(count: number): string {
  for (const [unit, size] of [
    ['T', 1e12],
    ['B', 1e9],
    ['M', 1e6],
    ['K', 1e3],
  ] as const) {
    if (count >= size * 0.9995) {
      const value = count / size
      return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(2))}${unit}`
    }
  }
  return String(count)
}

/** How long ago, in the largest unit that fits: `3 days ago`. Both in milliseconds since 1970. */
export function formatAge(then: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - then) / 1000))
  for (const [unit, size] of [
    ['year', 31_556_952],
    ['month', 2_629_746],
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    const count = Math.floor(seconds / size)
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`
  }
  return seconds < 5 ? 'just now' : `${seconds} seconds ago`
}

/** The same, for a moment that is to come: `in 4 minutes`. */
export function formatUntil(then: number, now: number): string {
  return formatAge(now, then)
    .replace(/^(.*) ago$/, 'in $1')
    .replace('just now', 'now')
}
