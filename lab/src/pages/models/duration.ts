/** Seconds as people say them: `45 sec`, `3 min`, `2 hr`. */
export function formatDuration(seconds: number, language: string): string {
  const [value, unit] =
    seconds < 90 ? [seconds, 'second'] : seconds < 5400 ? [seconds / 60, 'minute'] : [seconds / 3600, 'hour']
  return new Intl.NumberFormat(language, { style: 'unit', unit: unit as string, maximumFractionDigits: 0 }).format(
    Math.max(1, Math.round(value as number)),
  )
}
