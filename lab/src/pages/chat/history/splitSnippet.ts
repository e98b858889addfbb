/** A piece of a snippet; `found`: one of the words that were searched for. */
export interface Piece {
  readonly text: string
  readonly found: boolean
}

/** Splits a snippet at the isolates (U+2068, U+2069) in which the server puts what it found. */
export function splitSnippet(snippet: string): Piece[] {
  const pieces: Piece[] = []
  for (const [i, part] of snippet.split('\u2068').entries()) {
    const end = i === 0 ? -1 : part.indexOf('\u2069')
    const found = i === 0 ? '' : end < 0 ? part : part.slice(0, end)
    if (found !== '') pieces.push({ text: found, found: true })
    const rest = (i === 0 ? part : end < 0 ? '' : part.slice(end + 1)).replaceAll('\u2069', '')
    if (rest !== '') pieces.push({ text: rest, found: false })
  }
  return pieces
}
