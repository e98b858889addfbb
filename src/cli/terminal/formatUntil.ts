import { formatAge } from '../../core/index.ts'

/** When `then` will be, both in milliseconds since 1970: `in 4 minutes`, `now`. */
export function formatUntil(then: number, now: number): string {
  const text = formatAge(now, then)
  return text === 'just now' ? 'within a minute' : `in ${text.replace(/ ago$/, '')}`
}
