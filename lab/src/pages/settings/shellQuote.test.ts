import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shellQuote } from './shellQuote.ts'

it('means the same to a real shell', () => {
  const words = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 20 }).filter((word) => !word.includes('\0'))
  fc.assert(
    fc.property(words, (word) => {
      expect(execFileSync('sh', ['-c', `printf %s ${shellQuote(word)}`], { encoding: 'utf8' })).toBe(word)
    }),
    { numRuns: 30 },
  )
})

it('leaves plain words as they are', () => {
  expect(shellQuote('engine.keepAlive')).toBe('engine.keepAlive')
  expect(shellQuote('')).toBe("''")
})
