/** What can be found of a setting. */
export interface Findable {
  readonly key: string
  /** In the language of the page, and in English. */
  readonly texts: readonly string[]
  readonly env: readonly string[]
}

/** Those in which every word of the question is, whatever its case and order. */
export function searchSettings<T extends Findable>(settings: readonly T[], question: string): readonly T[] {
  const words = fold(question)
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return settings
  return settings.filter(({ key, texts, env }) => {
    const heap = fold([key, ...texts, ...env].join('\n'))
    return words.every((word) => heap.includes(word))
  })
}

/** Also the two ways in which Unicode can spell some letters of Gurmukhi. */
const fold = (text: string): string => text.normalize('NFKD').toLowerCase()
