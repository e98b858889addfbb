import { type CodeRange, complement, normalizeRanges } from './gbnf.ts'

/** The part of regular expressions that a grammar can express. */
export type RegexNode =
  | { readonly type: 'set'; readonly ranges: readonly CodeRange[] }
  | { readonly type: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly type: 'choice'; readonly items: readonly RegexNode[] }
  | { readonly type: 'repeat'; readonly item: RegexNode; readonly min: number; readonly max: number | undefined }
  | { readonly type: 'start' }
  | { readonly type: 'end' }

/** Why a pattern cannot be a grammar. */
export class RegexUnsupported extends Error {}

const maxNesting = 50
const digitSet: CodeRange[] = [[0x30, 0x39]]
const wordSet: CodeRange[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]
const spaceSet: CodeRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]
const lineEnds: CodeRange[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]
const classes: Readonly<Record<string, readonly CodeRange[]>> = {
  d: digitSet,
  D: complement(digitSet),
  w: wordSet,
  W: complement(wordSet),
  s: spaceSet,
  S: complement(spaceSet),
}
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 }

/**
 * Parses an ECMAScript regular expression.
 * @throws RegexUnsupported for look-around, back references, word boundaries, Unicode properties and flags.
 */
export function parseRegex(source: string): RegexNode {
  const characters = [...source]
  let at = 0
  let nesting = 0
  const peek = (): string | undefined => characters[at]
  const fail = (why: string): RegexUnsupported => new RegexUnsupported(why)
  const hex = (count: number): number => {
    const text = characters.slice(at, at + count).join('')
    if (!new RegExp(`^[0-9A-Fa-f]{${count}}$`).test(text)) throw fail('it has an incomplete \\x or \\u escape')
    at += count
    return Number.parseInt(text, 16)
  }

  function escapeSequence(inClass: boolean): readonly CodeRange[] {
    const letter = characters[at++]
    if (letter === undefined) throw fail('it ends with a backslash')
    const known = classes[letter]
    if (known !== undefined) return known
    let code: number
    if (letter === 'x') code = hex(2)
    else if (letter === 'u' && peek() === '{') {
      const end = characters.indexOf('}', at)
      code = Number.parseInt(characters.slice(at + 1, end).join(''), 16)
      if (end < 0 || !(code <= 0x10ffff)) throw fail('it has an incomplete \\u{…} escape')
      at = end + 1
    } else if (letter === 'u') {
      code = hex(4)
      if (code >= 0xd800 && code <= 0xdbff && characters[at] === '\\' && characters[at + 1] === 'u') {
        at += 2
        code = 0x10000 + ((code - 0xd800) << 10) + (hex(4) - 0xdc00)
      }
    } else if (letter === 'c') {
      code = (characters[at++]?.codePointAt(0) ?? 0) % 32
    } else if (letter === 'b' && inClass) code = 8
    else if (controls[letter] !== undefined) code = controls[letter]
    else if (/[bBkpP1-9]/.test(letter)) throw fail(`it uses \\${letter}`)
    else code = letter.codePointAt(0)!
    return [[code, code]]
  }

  function characterClass(): RegexNode {
    const negated = peek() === '^'
    if (negated) at++
    const ranges: CodeRange[] = []
    while (peek() !== ']') {
      if (peek() === undefined) throw fail('a [ is not closed')
      const from = classMember()
      if (peek() === '-' && characters[at + 1] !== ']' && characters[at + 1] !== undefined) {
        at++
        const to = classMember()
        if (from.length !== 1 || to.length !== 1 || from[0]![0] > to[0]![0]) throw fail('it has a wrong range in [ ]')
        ranges.push([from[0]![0], to[0]![0]])
      } else {
        ranges.push(...from)
      }
    }
    at++
    return { type: 'set', ranges: negated ? complement(ranges) : normalizeRanges(ranges) }
  }

  function classMember(): readonly CodeRange[] {
    const character = characters[at++]
    if (character === '\\') return escapeSequence(true)
    if (character === undefined) throw fail('a [ is not closed')
    const code = character.codePointAt(0)!
    return [[code, code]]
  }

  function atom(): RegexNode {
    const character = characters[at++]!
    if (character === '(') {
      if (peek() === '?') {
        if (characters[at + 1] === ':') at += 2
        else if (characters[at + 1] === '<' && !['=', '!'].includes(characters[at + 2] ?? '')) {
          at = characters.indexOf('>', at) + 1
          if (at === 0) throw fail('a group name is not closed')
        } else throw fail('it looks ahead or behind')
      }
      if (++nesting > maxNesting) throw fail('it is nested too deeply')
      const inner = choice()
      nesting--
      if (characters[at++] !== ')') throw fail('a ( is not closed')
      return inner
    }
    if (character === '[') return characterClass()
    if (character === '.') return { type: 'set', ranges: complement(lineEnds) }
    if (character === '^') return { type: 'start' }
    if (character === '$') return { type: 'end' }
    if (character === '\\') return { type: 'set', ranges: escapeSequence(false) }
    if ('*+?'.includes(character)) throw fail(`there is nothing before ${character}`)
    const code = character.codePointAt(0)!
    return { type: 'set', ranges: [[code, code]] }
  }

  function quantified(): RegexNode {
    const item = atom()
    const rest = characters.slice(at, at + 24).join('')
    const match = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(rest)
    if (match === null) return item
    if (item.type === 'start' || item.type === 'end') throw fail('it repeats an anchor')
    at += [...match[0]].length
    const [, sign, low, comma, high] = match
    const min = sign === '+' ? 1 : sign !== undefined ? 0 : Number(low)
    const max =
      sign === '?' ? 1 : sign !== undefined ? undefined : comma === undefined ? min : high ? Number(high) : undefined
    if (max !== undefined && max < min) throw fail('its repetition counts are the wrong way round')
    return { type: 'repeat', item, min, max }
  }

  function sequence(): RegexNode {
    const items: RegexNode[] = []
    while (peek() !== undefined && peek() !== '|' && peek() !== ')') items.push(quantified())
    return items.length === 1 ? items[0]! : { type: 'sequence', items }
  }

  function choice(): RegexNode {
    const items = [sequence()]
    while (peek() === '|') {
      at++
      items.push(sequence())
    }
    return items.length === 1 ? items[0]! : { type: 'choice', items }
  }

  const result = choice()
  if (at < characters.length) throw fail('a ) has no (')
  return result
}

/** The shortest and longest text that a node matches, in characters. */
export function regexLength(node: RegexNode): { min: number; max: number } {
  if (node.type === 'set') return { min: 1, max: 1 }
  if (node.type === 'start' || node.type === 'end') return { min: 0, max: 0 }
  if (node.type === 'repeat') {
    const { min, max } = regexLength(node.item)
    return {
      min: min * node.min,
      max: max === 0 ? 0 : node.max === undefined ? Number.POSITIVE_INFINITY : max * node.max,
    }
  }
  const lengths = node.items.map(regexLength)
  return node.type === 'sequence'
    ? { min: lengths.reduce((sum, one) => sum + one.min, 0), max: lengths.reduce((sum, one) => sum + one.max, 0) }
    : { min: Math.min(...lengths.map((one) => one.min)), max: Math.max(...lengths.map((one) => one.max)) }
}

/**
 * The pattern as one that must match the whole text: anchors become nothing, and where there is none, anything may
 * stand before or after. @throws RegexUnsupported for anchors in the middle.
 */
export function wholeText(node: RegexNode): RegexNode {
  const any: RegexNode = { type: 'repeat', item: { type: 'set', ranges: complement([]) }, min: 0, max: undefined }
  if (node.type === 'choice') return { type: 'choice', items: node.items.map(wholeText) }
  const items = node.type === 'sequence' ? [...node.items] : [node]
  const starts = items[0]?.type === 'start'
  const ends = items.at(-1)?.type === 'end'
  const inner = items.slice(starts ? 1 : 0, ends ? items.length - 1 : undefined)
  if (inner.some(hasAnchor)) throw new RegexUnsupported('it has ^ or $ in the middle')
  return { type: 'sequence', items: [...(starts ? [] : [any]), ...inner, ...(ends ? [] : [any])] }
}

function hasAnchor(node: RegexNode): boolean {
  if (node.type === 'start' || node.type === 'end') return true
  if (node.type === 'repeat') return hasAnchor(node.item)
  return node.type === 'set' ? false : node.items.some(hasAnchor)
}
