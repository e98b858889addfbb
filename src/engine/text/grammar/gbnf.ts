import { SanjhaError } from '../../../core/index.ts'

/** A grammar larger than this would slow every token down, and no sensible schema needs it. */
const maxRules = 4_000
const maxGrammarLength = 512 * 1024

// llama.cpp's parser refuses more than 2,000 repetitions, and quietly drops an upper bound beyond that.
const block = 1_000
const maxRepetitions = 1_000_000

/** Inclusive range of code points. */
export type CodeRange = readonly [from: number, to: number]

function escapeCode(code: number): string {
  if (code > 0xffff) return `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`
  if (code > 0xff) return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
  return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`
}

const isPlain = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)

/** A string as a GBNF literal. */
export function literal(text: string): string {
  let body = ''
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (character === '"' || character === '\\') body += `\\${character}`
    else if (character === '\n') body += '\\n'
    else if (character === '\r') body += '\\r'
    else if (character === '\t') body += '\\t'
    else if (code < 0x20 || code === 0x7f || (code >= 0xd800 && code <= 0xdfff)) body += escapeCode(code)
    else body += character
  }
  return `"${body}"`
}

/** A set of code points as a GBNF character class; undefined for the empty set, which GBNF cannot write. */
export function charClass(ranges: readonly CodeRange[]): string | undefined {
  if (ranges.length === 0) return undefined
  const one = (code: number): string => (isPlain(code) ? String.fromCodePoint(code) : escapeCode(code))
  return `[${ranges.map(([from, to]) => (from === to ? one(from) : `${one(from)}-${one(to)}`)).join('')}]`
}

/** The rules of a grammar under construction. Equal bodies of helper rules share one rule. */
export class RuleSet {
  readonly #rules = new Map<string, string>()
  readonly #byBody = new Map<string, string>()
  #length = 0

  /** Adds a rule whose name begins with `hint`. @returns the name to refer to it. */
  add(hint: string, body: string): string {
    const known = this.#byBody.get(body)
    if (known !== undefined) return known
    const name = this.reserve(hint)
    this.define(name, body)
    this.#byBody.set(body, name)
    return name
  }

  /** Takes a name for a rule that is defined later: for recursion. */
  reserve(hint: string): string {
    const base =
      hint
        .replace(/[^A-Za-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 40) || 'rule'
    let name = base
    for (let counter = 2; this.#rules.has(name); counter++) name = `${base}-${counter}`
    this.#rules.set(name, '')
    if (this.#rules.size > maxRules) throw this.#tooLarge()
    return name
  }

  define(name: string, body: string): void {
    this.#rules.set(name, body)
    this.#length += name.length + body.length + 6
    if (this.#length > maxGrammarLength) throw this.#tooLarge()
  }

  /** `item` is the name of a rule or a character class. `max` undefined: without end. */
  repeat(item: string, min: number, max: number | undefined): string {
    if (min > maxRepetitions || (max !== undefined && max > maxRepetitions)) {
      throw new SanjhaError('invalid_request', `The schema asks for a length beyond ${maxRepetitions}.`, {
        param: 'schema',
      })
    }
    if (max === 0) return '""'
    if (min <= block && (max === undefined || max <= block)) {
      if (max === undefined) return min === 0 ? `${item}*` : min === 1 ? `${item}+` : `${item}{${min},}`
      if (min === max) return min === 1 ? item : `${item}{${min}}`
      return min === 0 && max === 1 ? `${item}?` : `${item}{${min},${max}}`
    }
    // Whole blocks first, so that the matcher never has to guess where one ends.
    const full = this.add('block', `${item}{${block}}`)
    if (min > block) {
      const blocks = Math.floor((min - 1) / block)
      const rest = this.repeat(item, min - blocks * block, max === undefined ? undefined : max - blocks * block)
      return `${blocks === 1 ? full : `${full}{${blocks}}`} ${this.#group(rest)}`
    }
    let tail = this.add('tail', `${item}{0,${max! % block === 0 ? block : max! % block}}`)
    const blocks = Math.floor((max! - 1) / block)
    const short = this.add('short', `${item}{0,${block - 1}}`)
    for (let index = 0; index < blocks; index++) tail = this.add('tail', `${full} ${tail} | ${short}`)
    if (min === 0) return tail
    // At least `min` (≤ one block) of them, then up to the rest.
    return `${min === 1 ? item : `${item}{${min}}`} ${this.#group(this.repeat(item, 0, max! - min))}`
  }

  #group(body: string): string {
    return body.includes('|') ? `(${body})` : body
  }

  /** An empty set, to try something out in. */
  trial(): RuleSet {
    return new RuleSet()
  }

  toString(): string {
    return [...this.#rules].map(([name, body]) => `${name} ::= ${body}\n`).join('')
  }

  #tooLarge(): SanjhaError {
    return new SanjhaError('invalid_request', 'The schema is too large to be enforced while generating.', {
      param: 'schema',
      hint: 'Use a smaller schema: fewer properties, shorter lists of values, less nesting.',
    })
  }
}

/** Any text that does not contain `stop`: one rule per state of the matcher. @returns the name of the start rule. */
export function addTextWithout(rules: RuleSet, stop: string): string {
  const characters = [...stop]
  const names = characters.map((_, index) => rules.reserve(`before-${index}`))
  // The longest proper prefix of `stop` that ends the text read so far (Knuth–Morris–Pratt).
  const next = (state: number, character: string): number => {
    const text = characters.slice(0, state).join('') + character
    for (let length = Math.min(characters.length, state + 1); length > 0; length--) {
      const prefix = characters.slice(0, length).join('')
      if (text.endsWith(prefix)) return length
    }
    return 0
  }
  for (const [state, name] of names.entries()) {
    const alternatives: string[] = []
    const special = [...new Set(characters)]
    for (const character of special) {
      const target = next(state, character)
      if (target < characters.length) alternatives.push(`${literal(character)} ${names[target]}`)
    }
    const others = complement(special.map((character) => [character.codePointAt(0)!, character.codePointAt(0)!]))
    rules.define(name, `${charClass(others)} ${names[0]} | ${alternatives.map((one) => `${one} | `).join('')}""`)
  }
  return names[0]!
}

/** Sorts and joins ranges. */
export function normalizeRanges(ranges: readonly CodeRange[]): CodeRange[] {
  const sorted = ranges.filter(([from, to]) => from <= to).sort((a, b) => a[0] - b[0])
  const result: [number, number][] = []
  for (const [from, to] of sorted) {
    const last = result.at(-1)
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}

/** Every character not in the ranges. Surrogates are no characters. */
export function complement(ranges: readonly CodeRange[]): CodeRange[] {
  const taken = normalizeRanges([...ranges, [0xd800, 0xdfff]])
  const result: CodeRange[] = []
  let start = 0
  for (const [from, to] of taken) {
    if (from > start) result.push([start, from - 1])
    start = to + 1
  }
  if (start <= 0x10ffff) result.push([start, 0x10ffff])
  return result
}
