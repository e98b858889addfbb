import { SanjhaError } from '../../core/index.ts'
import type { TokenLogprob } from '../contract.ts'

/** Words as tokens, a word with the space before it. Ids are given in the order in which words are met. */
export class FakeTokenizer {
  readonly #ids = new Map<string, number>()
  readonly #words: string[] = []

  /** The pieces of a text; together they are the text. */
  split(text: string): string[] {
    return text.match(/\s*\S+|\s+$/g) ?? []
  }

  encode(text: string): number[] {
    return this.split(text).map((word) => this.#id(word))
  }

  decode(tokens: readonly number[]): string {
    return tokens
      .map((token) => {
        const word = this.#words[token]
        if (word === undefined) throw new SanjhaError('invalid_request', `There is no token ${token}.`)
        return word
      })
      .join('')
  }

  /** A made-up log-probability < 0 that depends on the word alone. */
  logprob(word: string, top: number): TokenLogprob {
    const token = (piece: string, logprob: number): TokenLogprob['top'][number] => ({
      token: piece,
      tokenId: this.#id(piece),
      bytes: [...Buffer.from(piece)],
      logprob,
    })
    const own = token(word, -0.01 - (hash(word) % 1000) / 1000)
    const others = Array.from({ length: Math.max(0, top - 1) }, (_, index) => token(` other${index}`, -5 - index))
    return { ...own, top: top > 0 ? [own, ...others] : [] }
  }

  /** A made-up direction that depends on the text alone. */
  vector(text: string, length: number, normalize: boolean): Float32Array {
    const vector = Float32Array.from({ length }, (_, index) => ((hash(`${index}:${text}`) % 2001) - 1000) / 1000 || 0.5)
    const norm = Math.hypot(...vector)
    return normalize ? vector.map((value) => value / norm) : vector
  }

  #id(word: string): number {
    let id = this.#ids.get(word)
    if (id === undefined) {
      id = this.#words.push(word) - 1
      this.#ids.set(word, id)
    }
    return id
  }
}

/** FNV-1a, 32 bit. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0
  return value
}
