/** What a setting came to. */
export interface Grade {
  readonly asked: number
  readonly right: number
  /** Answers that were cut at the limit. */
  readonly unended: number
  readonly tokens: number
}

/** Whether the expected words are in the answer. In a pattern written in capitals, case counts. */
export function isRight(text: string, pattern: string): boolean {
  const isExact = pattern === pattern.toUpperCase() && /[A-Z]/.test(pattern)
  return new RegExp(pattern, isExact ? 'u' : 'iu').test(text)
}

/** Wilson's 95 % interval of a share (Wilson 1927). */
export function wilson(right: number, asked: number): readonly [number, number] {
  const z = 1.96
  const p = right / asked
  const middle = p + z ** 2 / (2 * asked)
  const half = z * Math.sqrt((p * (1 - p)) / asked + z ** 2 / (4 * asked ** 2))
  return [(middle - half) / (1 + z ** 2 / asked), (middle + half) / (1 + z ** 2 / asked)]
}
