/** How text goes into the full-text index, and how what a person types becomes a query. */

const start = '\u2068'
const end = '\u2069'
const gap = '\u200b'

// Scripts written without spaces: every letter, with its marks, becomes a word, and a search for several is one for a phrase.
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*/gu
// SQLite takes characters younger than its tables for letters, so that with one beside it a word would be another word.
const symbols = /[^\p{L}\p{N}\p{M}\s\0-\x7f]/gu
// A mark without its letter, such as the variation selector behind an emoji, must not stick to the word after it.
const strayMarks = /(?<![\p{L}\p{N}\p{M}])\p{M}+/gu
const searchable = /[\p{L}\p{N}]/u

/** Text for the index: composed, and with zero-width gaps between letters of scripts without spaces. */
export function indexedText(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[\0\u2068\u2069\u200b]/g, '')
    .replaceAll(symbols, `${gap}$&${gap}`)
    .replaceAll(strayMarks, `$&${gap}`)
    .replaceAll(unspaced, `${gap}$&${gap}`)
}

/**
 * An FTS5 query: all words must occur, `"quoted words"` in this order, and the last word may be the beginning of one.
 * Undefined when there is nothing to search for. Nothing a person types is taken for an operator.
 */
export function searchQuery(typed: string): string | undefined {
  const terms: string[] = []
  for (const [, quoted, word] of typed.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    const term = indexedText(quoted ?? word ?? '')
    if (searchable.test(term)) terms.push(`"${term.replaceAll('"', '""')}"`)
  }
  if (terms.length === 0) return undefined
  return terms.join(' ') + (/["\s]$/.test(typed) ? '' : '*')
}

/** SQL for a snippet of the first column of a full-text table. */
export const snippetSql = (table: string): string => `snippet(${table}, 0, '${start}', '${end}', '…', 24)`

/** Takes the gaps out again. */
export function readableSnippet(snippet: string): string {
  return snippet.replaceAll(gap, '').replaceAll(/\s+/g, ' ').trim()
}
