/**
 * A small GBNF interpreter for tests, written apart from the code that writes grammars: it reads the text of a grammar
 * and tells whether a whole text matches.
 */
type Node =
  | { readonly type: 'text'; readonly codes: readonly number[] }
  | { readonly type: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly type: 'any' }
  | { readonly type: 'rule'; readonly name: string }
  | { readonly type: 'sequence'; readonly items: readonly Node[] }
  | { readonly type: 'choice'; readonly items: readonly Node[] }
  | { readonly type: 'repeat'; readonly item: Node; readonly min: number; readonly max: number }

class GrammarReader {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  read(): Map<string, Node> {
    const rules = new Map<string, Node>()
    this.#space(true)
    while (this.#at < this.#source.length) {
      const name = this.#match(/[A-Za-z0-9-]+/y)
      this.#space(false)
      this.#match(/::=/y)
      this.#space(false)
      if (rules.has(name)) throw new Error(`two rules named ${name}`)
      rules.set(name, this.#choice(false))
      this.#space(true)
    }
    for (const rule of rules.values()) this.#checkNames(rule, rules)
    return rules
  }

  #checkNames(node: Node, rules: ReadonlyMap<string, Node>): void {
    if (node.type === 'rule' && !rules.has(node.name)) throw new Error(`no rule named ${node.name}`)
    if (node.type === 'repeat') this.#checkNames(node.item, rules)
    if ('items' in node) for (const item of node.items) this.#checkNames(item, rules)
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#source)
    if (match === null)
      throw new Error(`expected ${pattern} at ${JSON.stringify(this.#source.slice(this.#at, this.#at + 30))}`)
    this.#at += match[0].length
    return match[0]
  }

  #space(lines: boolean): void {
    this.#match(lines ? /(?:\s|#.*)*/y : /[ \t]*/y)
  }

  #choice(nested: boolean): Node {
    const items = [this.#sequence(nested)]
    while (this.#source[this.#at] === '|') {
      this.#at++
      this.#space(nested)
      items.push(this.#sequence(nested))
    }
    return items.length === 1 ? items[0]! : { type: 'choice', items }
  }

  #sequence(nested: boolean): Node {
    const items: Node[] = []
    for (;;) {
      const character = this.#source[this.#at]
      if (character === undefined || character === '|' || character === ')' || character === '\n') break
      items.push(this.#repeated(this.#item(nested)))
      this.#space(nested)
    }
    return { type: 'sequence', items }
  }

  #repeated(item: Node): Node {
    const mark = this.#source[this.#at]
    if (mark === '*' || mark === '+' || mark === '?') {
      this.#at++
      return { type: 'repeat', item, min: mark === '+' ? 1 : 0, max: mark === '?' ? 1 : Number.POSITIVE_INFINITY }
    }
    if (mark !== '{') return item
    const [low, comma, high] = /^\{(\d+)(,?)(\d*)\}/.exec(this.#match(/\{\d+,?\d*\}/y))!.slice(1)
    const max = comma === '' ? Number(low) : high === '' ? Number.POSITIVE_INFINITY : Number(high)
    // llama.cpp has this limit, and quietly drops an upper bound above it.
    if (Number(low) > 2000 || (max > 2000 && max < Number.POSITIVE_INFINITY)) throw new Error('too many repetitions')
    return { type: 'repeat', item, min: Number(low), max }
  }

  #item(nested: boolean): Node {
    const character = this.#source[this.#at]!
    if (character === '"') {
      this.#at++
      const codes: number[] = []
      while (this.#source[this.#at] !== '"') codes.push(this.#code())
      this.#at++
      return { type: 'text', codes }
    }
    if (character === '[') {
      this.#at++
      const negated = this.#source[this.#at] === '^'
      if (negated) this.#at++
      const ranges: [number, number][] = []
      while (this.#source[this.#at] !== ']') {
        const from = this.#code()
        if (this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']') {
          this.#at++
          ranges.push([from, this.#code()])
        } else ranges.push([from, from])
      }
      this.#at++
      return { type: 'class', negated, ranges }
    }
    if (character === '(') {
      this.#at++
      this.#space(true)
      const inner = this.#choice(true)
      this.#match(/\)/y)
      return inner
    }
    if (character === '.') {
      this.#at++
      return { type: 'any' }
    }
    void nested
    return { type: 'rule', name: this.#match(/[A-Za-z0-9-]+/y) }
  }

  #code(): number {
    if (this.#source[this.#at] !== '\\') {
      const code = this.#source.codePointAt(this.#at)
      if (code === undefined) throw new Error('unexpected end of the grammar')
      this.#at += String.fromCodePoint(code).length
      return code
    }
    const letter = this.#source[this.#at + 1]!
    this.#at += 2
    const digits = { x: 2, u: 4, U: 8 }[letter]
    if (digits !== undefined) return Number.parseInt(this.#match(new RegExp(`[0-9A-Fa-f]{${digits}}`, 'y')), 16)
    const simple = { n: 10, r: 13, t: 9, '"': 0x22, '\\': 0x5c, '[': 0x5b, ']': 0x5d, '-': 0x2d }[letter]
    if (simple === undefined) throw new Error(`unknown escape \\${letter}`)
    return simple
  }
}

/** Reads a grammar. @returns whether a whole text matches its rule `root`. */
export function gbnfMatcher(grammar: string): (text: string) => boolean {
  const rules = new GrammarReader(grammar).read()
  return (text) => {
    const codes = [...text].map((character) => character.codePointAt(0)!)
    const memo = new Map<string, ReadonlySet<number>>()
    const active = new Set<string>()

    function ends(node: Node, at: number): ReadonlySet<number> {
      switch (node.type) {
        case 'text':
          return node.codes.every((code, index) => codes[at + index] === code)
            ? new Set([at + node.codes.length])
            : new Set()
        case 'any':
          return at < codes.length ? new Set([at + 1]) : new Set()
        case 'class': {
          const code = codes[at]
          if (code === undefined) return new Set()
          return node.ranges.some(([from, to]) => code >= from && code <= to) !== node.negated
            ? new Set([at + 1])
            : new Set()
        }
        case 'rule': {
          const key = `${node.name} ${at}`
          const known = memo.get(key)
          if (known !== undefined) return known
          if (active.has(key)) throw new Error(`left recursion in ${node.name}`)
          active.add(key)
          const result = ends(rules.get(node.name)!, at)
          active.delete(key)
          memo.set(key, result)
          return result
        }
        case 'choice':
          return new Set(node.items.flatMap((item) => [...ends(item, at)]))
        case 'sequence': {
          let starts: ReadonlySet<number> = new Set([at])
          for (const item of node.items) starts = new Set([...starts].flatMap((start) => [...ends(item, start)]))
          return starts
        }
        case 'repeat': {
          let frontier: ReadonlySet<number> = new Set([at])
          const result = new Set<number>(node.min === 0 ? [at] : [])
          for (let count = 1; count <= node.max && frontier.size > 0; count++) {
            frontier = new Set([...frontier].flatMap((start) => [...ends(node.item, start)]))
            if (count < node.min) continue
            frontier = new Set([...frontier].filter((end) => !result.has(end)))
            for (const end of frontier) result.add(end)
          }
          return result
        }
      }
    }
    return ends({ type: 'rule', name: 'root' }, 0).has(codes.length)
  }
}
