import { charClass, complement, literal, type RuleSet } from './gbnf.ts'

interface TrieNode {
  readonly children: Map<string, TrieNode>
  isEnd: boolean
}

/** JSON's spelling of a key, one unit per character. */
const units = (key: string): string[] => [...key].map((character) => JSON.stringify(character).slice(1, -1))

/**
 * A key, quotes included, that is none of the given ones: an additional property may not repeat a declared one. Keys
 * are written without \u escapes, which would be second spellings of the same key.
 */
export function otherKeyBody(rules: RuleSet, taken: readonly string[]): string {
  const char = rules.add('key-char', '[^"\\\\\\x00-\\x1F] | "\\\\" ["\\\\/bfnrt]')
  if (taken.length === 0) return `"\\"" ${char}* "\\""`
  const root: TrieNode = { children: new Map(), isEnd: false }
  for (const key of taken) {
    let node = root
    for (const unit of units(key)) {
      const child = node.children.get(unit) ?? { children: new Map(), isEnd: false }
      node.children.set(unit, child)
      node = child
    }
    node.isEnd = true
  }
  const ruleOf = (node: TrieNode): string => {
    const alternatives: string[] = node.isEnd ? [] : ['""']
    const raw = [...node.children.keys()].filter((unit) => !unit.startsWith('\\'))
    const others = complement([
      [0, 0x1f],
      [0x22, 0x22],
      [0x5c, 0x5c],
      ...raw.map((unit) => [unit.codePointAt(0)!, unit.codePointAt(0)!] as const),
    ])
    alternatives.push(`${charClass(others)} ${char}*`)
    const escapes = [...'"\\/bfnrt'].filter((letter) => !node.children.has(`\\${letter}`))
    alternatives.push(
      `"\\\\" [${escapes.map((letter) => (letter === '"' || letter === '\\' ? `\\${letter}` : letter)).join('')}] ${char}*`,
    )
    for (const [unit, child] of node.children) alternatives.push(`${literal(unit)} ${ruleOf(child)}`)
    return rules.add('other-key', alternatives.join(' | '))
  }
  return `"\\"" ${ruleOf(root)} "\\""`
}
