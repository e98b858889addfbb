import { expect, it } from 'vitest'
import { showHidden } from './showHidden.ts'

it.each([
  ['\x1b[31mred\x1b[0m', '␛[31mred␛[0m'],
  ['bell\x07 null\0 delete\x7f', 'bell␇ null␀ delete␡'],
  ['if (access\u202e } // check\u202c', 'if (access⟨U+202E⟩ } // check⟨U+202C⟩'],
  ['\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
  ['\u009b31m', '⟨U+009B⟩31m'],
  ['hi\u{e0041}\u{e007f}', 'hi⟨U+E0041⟩⟨U+E007F⟩'],
])('%j becomes %j', (text, shown) => expect(showHidden(text)).toBe(shown))

it.each(['line\n\tindented\r\n', 'ਸ੍ਰੀ ਗੁਰੂ \u200d \u200c', 'שלום\u200f!', '👩‍👩‍👧 e\u0301', 'soft\u00adhyphen'])(
  '%j stays',
  (text) => expect(showHidden(text)).toBe(text),
)
