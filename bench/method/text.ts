import { seededRandom } from './statistics.ts'

const words =
  `time year people way day man thing woman life child world school state family student group country problem hand part
place case week company system program question work government number night point home water room mother area money story fact month
lot right study book eye job word business issue side kind head house service friend father power hour game line end member law car city
community name president team minute idea body information back parent face others level office door health person art war history party
result change morning reason research girl guy moment air teacher force education foot boy age policy music market sense nation plan
river stone bridge garden winter summer letter paper table window forest mountain island harbour engine wheel copper silver glass bread
salt honey lamp rope sail anchor compass map village tower valley meadow shepherd weaver potter miller carpenter gardener sailor fisher`
    .split(/\s+/)
    .filter(Boolean)

/**
 * Text in which nothing repeats more than chance has it, another one for each seed: no prefix is in a cache, and nothing that
 * was said before helps to guess what comes next.
 */
export function plainText(seed: number, count: number): string {
  const random = seededRandom(seed * 7919 + 1)
  const out: string[] = []
  for (let i = 0; i < count; i++) {
    const word = words[Math.floor(random() * words.length)] ?? 'word'
    const begins = i % 11 === 0
    out.push(`${begins ? word.charAt(0).toUpperCase() + word.slice(1) : word}${i % 11 === 10 ? '.' : ''}`)
  }
  return out.join(' ')
}
