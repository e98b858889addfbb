import { InvalidArgumentError } from '@commander-js/extra-typings'

/** A parser for a whole number of at least `minimum`. */
export function integer(flag: string, minimum: number = Number.MIN_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(
        `${flag} takes a whole number${minimum > Number.MIN_SAFE_INTEGER ? ` of at least ${minimum}` : ''}.`,
      )
    }
    return value
  }
}

/** A parser for a number between `minimum` and `maximum`. */
export function decimal(
  flag: string,
  minimum: number,
  maximum: number = Number.POSITIVE_INFINITY,
): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || value < minimum || value > maximum) {
      const range = maximum === Number.POSITIVE_INFINITY ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`
      throw new InvalidArgumentError(`${flag} takes a number ${range}.`)
    }
    return value
  }
}

/** A parser for an option that may be given several times. */
export function each(text: string, before?: readonly string[]): readonly string[] {
  return [...(before ?? []), text]
}
