import fc from 'fast-check'
import { expect, it } from 'vitest'
import { splitSnippet } from './splitSnippet.ts'

it('tells what was found from what stands around it', () => {
  expect(splitSnippet('the \u2068meeting\u2069 on \u2068Tuesday\u2069')).toEqual([
    { text: 'the ', found: false },
    { text: 'meeting', found: true },
    { text: ' on ', found: false },
    { text: 'Tuesday', found: true },
  ])
  expect(splitSnippet('')).toEqual([])
})

it('loses no text and keeps no mark, however the marks stand', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '<', 'ਪ', '\u2068', '\u2069') })
  fc.assert(
    fc.property(text, (snippet) => {
      const whole = splitSnippet(snippet)
        .map((piece) => piece.text)
        .join('')
      expect(whole).toBe(snippet.replaceAll(/[\u2068\u2069]/g, ''))
    }),
  )
})
