/** The words by which a setting that may be left open says so. */
export type OpenWord = 'auto' | 'none'

/** With which control a setting is edited, and what it takes. */
export type Control =
  | { readonly kind: 'switch' }
  | {
      readonly kind: 'number'
      readonly min: number
      readonly max: number | undefined
      readonly open: OpenWord | undefined
    }
  | { readonly kind: 'size'; readonly open: OpenWord | undefined }
  | { readonly kind: 'duration'; readonly endless: boolean; readonly open: OpenWord | undefined }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'text' | 'url'; readonly open: OpenWord | undefined }
  | { readonly kind: 'list' }
  /** Lists of maps and whatever else there may come to be: written as JSON. */
  | { readonly kind: 'structure' }

/**
 * Reads the server's words for what a setting takes; `choices` are those of the entry. What is none of the known forms is a
 * `structure`: still to be seen and edited, only less comfortably.
 */
export function readType(type: string, choices?: readonly string[]): Control {
  if (choices !== undefined && choices.length > 0) return { kind: 'choice', choices }
  const [, word, rest = type] = /^`(auto|none)` or (.*)$/s.exec(type) ?? []
  const open = word as OpenWord | undefined
  const number = /^a whole number(?:, at least (-?\d+)| from (-?\d+) to (-?\d+))$/.exec(rest)
  if (number !== null) {
    const [, least, from, to] = number
    return { kind: 'number', min: Number(least ?? from), max: to === undefined ? undefined : Number(to), open }
  }
  if (rest === '`true` or `false`') return { kind: 'switch' }
  if (rest === 'text') return { kind: 'text', open }
  if (rest === 'an http(s) URL') return { kind: 'url', open }
  if (rest.startsWith('a size')) return { kind: 'size', open }
  if (rest.startsWith('a duration')) return { kind: 'duration', endless: rest.includes('for ever'), open }
  if (rest.startsWith('one of `')) {
    return { kind: 'choice', choices: [...rest.matchAll(/`([^`]+)`/g)].map(([, choice]) => choice as string) }
  }
  if (rest.startsWith('a list (') && !/each: a (list|map)/.test(rest)) return { kind: 'list' }
  return { kind: 'structure' }
}
