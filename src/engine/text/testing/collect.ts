import type { OutputParser } from '../contract.ts'

export interface Collected {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly { readonly name: string; readonly arguments: string; readonly id: string }[]
}

/** Pushes a text in pieces and joins what comes out. @throws when an index or the id of a call changes on the way. */
export function collect(parser: OutputParser, chunks: readonly string[]): Collected {
  const result = { text: '', reasoning: '', calls: [] as { name: string; arguments: string; id: string }[] }
  for (const piece of [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()]) {
    if (piece.type === 'text') result.text += piece.text
    else if (piece.type === 'reasoning') result.reasoning += piece.text
    else {
      const call = result.calls[piece.index]
      if (call === undefined) {
        if (piece.index !== result.calls.length) throw new Error('calls are not counted one by one')
        result.calls.push({ name: piece.name, arguments: piece.argumentsDelta, id: piece.id })
      } else {
        if (call.id !== piece.id || call.name !== piece.name) throw new Error('a call changed on the way')
        call.arguments += piece.argumentsDelta
      }
    }
  }
  return result
}

/** Cuts a text at the given places (taken modulo its length). */
export function cutAt(text: string, places: readonly number[]): string[] {
  const characters = [...text]
  const cuts = [...new Set([0, ...places.map((place) => place % (characters.length + 1)), characters.length])].sort(
    (a, b) => a - b,
  )
  return cuts.slice(1).map((end, index) => characters.slice(cuts[index], end).join(''))
}
