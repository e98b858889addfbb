import type { Value } from './contract.ts'

/** A value as it is typed into a command line or an environment variable. */
export function plainValue(value: Value): string {
  if (!Array.isArray(value)) return String(value)
  const isPlain = value.every((item) => typeof item === 'string' && !item.includes(','))
  return isPlain ? value.join(',') : JSON.stringify(value)
}

/** Whether two values are the same, lists by what is in them. */
export function sameValue(one: Value, other: Value): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
