import type { Command } from './commands.ts'

/**
 * The commands in which each word of `query` stands, those first whose title begins with it, or has a word that does.
 * In their own order where nothing is asked.
 */
export function findCommands(commands: readonly Command[], query: string): Command[] {
  const words = fold(query).split(/\s+/).filter(Boolean)
  const able = commands.filter(({ run }) => run !== undefined)
  if (words.length === 0) return able
  return able
    .map((command) => ({ command, score: scoreOf(command, words) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ command }) => command)
}

function scoreOf({ title, keywords = '', group }: Command, words: readonly string[]): number {
  const name = fold(title)
  const other = fold(`${keywords} ${group}`)
  const scores = words.map((word) => {
    if (name.startsWith(word)) return 4
    if (name.split(/[\s:/._-]+/).some((part) => part.startsWith(word))) return 3
    if (name.includes(word)) return 2
    return other.includes(word) ? 1 : 0
  })
  return scores.includes(0) ? 0 : scores.reduce<number>((sum, score) => sum + score, 0)
}

/** Without what people leave out when they type: capitals, accents. Vowel signs of Gurmukhi stay, they are no ornament. */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
}
