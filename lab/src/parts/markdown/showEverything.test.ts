import fc from 'fast-check'
import { expect, it } from 'vitest'
import { showEverything } from './showEverything.ts'

it.each([
  ['\x1b[31m\r\0\x7f', '␛[31m␍␀␡'],
  ['a\u200bb\u200db\u2060c\ufeffd', 'a⟨U+200B⟩b⟨U+200D⟩b⟨U+2060⟩c⟨U+FEFF⟩d'],
  ['gpj.\u202eexe\u200f', 'gpj.⟨U+202E⟩exe⟨U+200F⟩'],
  ['a\u00adb\u3164c\u2800d\u115fe\uffa0f', 'a⟨U+00AD⟩b⟨U+3164⟩c⟨U+2800⟩d⟨U+115F⟩e⟨U+FFA0⟩f'],
  ['a\u00a0b\u2003c\u2028d\u3000', 'a⟨U+00A0⟩b⟨U+2003⟩c⟨U+2028⟩d⟨U+3000⟩'],
  ['a\ufe0f\u{e0141}b\u{e0041}\ue000', 'a⟨U+FE0F⟩⟨U+E0141⟩b⟨U+E0041⟩⟨U+E000⟩'],
  ['half \ud800 a pair', 'half ⟨U+D800⟩ a pair'],
  [`ls${' '.repeat(48)}; rm`, 'ls⟨48 spaces⟩; rm'],
  [`ls${' '.repeat(8)}; rm`, `ls${' '.repeat(8)}; rm`],
  ['ls\t\t; rm', 'ls⟨2 spaces and tabs⟩; rm'],
  [`ls${' '.repeat(4)}\t; rm`, 'ls⟨5 spaces and tabs⟩; rm'],
  [`{\n${' '.repeat(12)}"a": 1\n}`, `{\n${' '.repeat(12)}"a": 1\n}`],
  [`{\n${' '.repeat(100)}"a": 1\n}`, '{\n⟨100 spaces⟩"a": 1\n}'],
  [`a${'\n'.repeat(50)}b`, 'a\n⟨49 empty lines⟩\nb'],
  ['a\n\nb', 'a\n\nb'],
  ['rm \u05d0\u05d1 12 \u05d2', '\u2066rm \u2067\u05d0\u05d1\u2069 12 \u2067\u05d2\u2069\u2069'],
  ['a\n\u0627\u064e\u0628/b', 'a\n\u2066\u2067\u0627\u064e\u0628\u2069/b\u2069'],
  ['ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ {"a": [1, "é"]}\n\tx', 'ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ {"a": [1, "é"]}\n\tx'],
])('%j becomes %j', (text, shown) => expect(showEverything(text)).toBe(shown))

it('leaves nothing unseen, and no isolate open', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const shown = showEverything(text)
      let depth = 0
      for (const character of shown) {
        if (character === '\u2066' || character === '\u2067') depth++
        else if (character === '\u2069') depth--
        else if (character === '\n') expect(depth).toBe(0)
        else if (character !== '\t') expect(character).not.toMatch(/[\p{C}\p{Default_Ignorable_Code_Point}]/u)
        expect(depth).toBeGreaterThanOrEqual(0)
      }
      expect(depth).toBe(0)
    }),
    { numRuns: 2000 },
  )
})

it('costs no more for a character of a long text than of a short one', () => {
  const time = (length: number): number => {
    const text = ' \t'.repeat(length)
    const start = performance.now()
    showEverything(text)
    showEverything('\n '.repeat(length))
    return performance.now() - start
  }
  time(20_000)
  expect(time(80_000)).toBeLessThan(200 + 8 * time(20_000))
})
