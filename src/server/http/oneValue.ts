import { SanjhaError } from '../../core/index.ts'

/**
 * The value of a setting that clients know by several names. Errors: `invalid_request` that names both fields when two of
 * them say different things: one would have no effect.
 */
export function oneValue<T extends string | number | boolean>(
  given: Readonly<Record<string, T | undefined>>,
): T | undefined {
  const [first, ...others] = Object.entries(given).filter(([, value]) => value !== undefined)
  if (first === undefined) return undefined
  const other = others.find(([, value]) => value !== first[1])
  if (other === undefined) return first[1]
  const both = `\`${first[0]}\` and \`${other[0]}\``
  throw new SanjhaError('invalid_request', `${both} are two names of one setting and say different things.`, {
    param: first[0],
    hint: 'Give one of them.',
  })
}
