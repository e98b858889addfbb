import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shellWord, survivesShell } from './shellWord.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      "'",
      '"',
      '\\',
      '\n',
      '\r',
      '$',
      '`',
      '!',
      '*',
      '~',
      '#',
      '%',
      ' ',
      '\t',
      '\u001b',
      '\u202e',
      'ਅ',
    ),
  }),
)

/** What a program gets for its arguments when `sh` reads the line. */
function given(words: readonly string[]): string[] {
  const line = `printf '%s\\0' ${words.map(shellWord).join(' ')}`
  const { stdout, stderr, status } = spawnSync('sh', [], { input: line, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\0').slice(0, -1)
}

it('a real shell reads every word as it was', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (words) => {
      const known = words.filter(survivesShell)
      fc.pre(known.length > 0)
      expect(given(known)).toEqual(known)
    }),
    { numRuns: 150 },
  )
})

it('leaves plain words as they are, and shows what no program can be given', () => {
  expect(shellWord('http://127.0.0.1:8642/v1')).toBe('http://127.0.0.1:8642/v1')
  expect(shellWord('')).toBe("''")
  expect(given(['a\0b\ud800'])).toEqual(['a\ufffdb\ufffd'])
  expect(survivesShell('a\0')).toBe(false)
})

it('nothing in it steers the terminal that it is pasted into', () => {
  fc.assert(
    fc.property(text, (word) => {
      expect(shellWord(word)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    }),
  )
})
