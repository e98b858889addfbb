import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sanitize } from './sanitize.ts'

describe('sanitize', () => {
  it('shows escape sequences instead of letting the terminal obey them', () => {
    expect(sanitize('\u001b[2Jgone')).toBe('␛[2Jgone')
    expect(sanitize('\u001b]52;c;cm0gLXJm\u0007')).toBe('␛]52;c;cm0gLXJm␇')
    expect(sanitize('\u009b31m')).toBe('\ufffd31m')
  })

  it('keeps newlines, tabs and every script', () => {
    const text = 'ਸਾਂਝਾ\tשלום\r\n👩‍👩‍👧 日本'
    expect(sanitize(text)).toBe(text)
  })

  it('does not let a carriage return overwrite a line, nor an override reverse it', () => {
    expect(sanitize('rm -rf /\rls')).toBe('rm -rf /␍ls')
    expect(sanitize('a\u202eb')).toBe('a\ufffdb')
  })

  it('leaves no control character in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sanitize(text)).not.toMatch(
          /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        )
      }),
    )
  })
})
