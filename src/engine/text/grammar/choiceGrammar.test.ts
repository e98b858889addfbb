import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SanjhaError } from '../../../core/index.ts'
import { gbnfMatcher } from '../testing/gbnfMatcher.ts'
import { choiceGrammar } from './choiceGrammar.ts'

/** Texts of all characters, those more often that some notation escapes. */
const character = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    '/',
    '\n',
    '\r',
    '\t',
    '\b',
    '\f',
    '\u0001',
    '\u007f',
    '\u00e9',
    '\u2028',
    '[',
    ']',
    '|',
    '#',
    '😀',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
)
const text = fc
  .array(character, { maxLength: 8 })
  .map((characters) => characters.join(''))
  .filter((whole) => whole.isWellFormed() && !whole.includes('\0'))

it('takes exactly the texts that may be chosen', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), text, (choices, other) => {
      const matches = gbnfMatcher(choiceGrammar(choices))
      for (const choice of choices) {
        expect(matches(choice)).toBe(true)
        expect(matches(`${choice}${other}`)).toBe(choices.includes(`${choice}${other}`))
        expect(matches(JSON.stringify(choice).slice(1, -1))).toBe(choices.includes(JSON.stringify(choice).slice(1, -1)))
      }
      expect(matches(other)).toBe(choices.includes(other))
    }),
  )
})

it('refuses what no model can write', () => {
  for (const choices of [[], ['a', '\ud800'], ['a\0b']]) {
    expect(() => choiceGrammar(choices)).toThrow(expect.toSatisfy(SanjhaError.is))
  }
})
