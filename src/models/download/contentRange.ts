/** `Content-Range: bytes START-END/TOTAL` (RFC 9110 §14.4). `total` is null for `*`; the range is null for 416's form. */
export interface ContentRange {
  readonly range: { readonly start: number; readonly end: number } | null
  readonly total: number | null
}

/** Undefined for what is not a valid header, also when its numbers contradict each other. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const match = /^bytes (?:(\d{1,15})-(\d{1,15})|\*)\/(\d{1,15}|\*)$/i.exec(header?.trim() ?? '')
  if (match === null) return undefined
  const total = match[3] === '*' ? null : Number(match[3])
  if (match[1] === undefined) return total === null ? undefined : { range: null, total }
  const start = Number(match[1])
  const end = Number(match[2])
  if (start > end || (total !== null && end >= total)) return undefined
  return { range: { start, end }, total }
}

/** Seconds or a date, as `Retry-After` gives them, in milliseconds from `now`; undefined when absent or nonsense. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
