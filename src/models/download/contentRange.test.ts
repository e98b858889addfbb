import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseContentRange, parseRetryAfter } from './contentRange.ts'

test('property: what is written is read back', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.option(fc.nat()), (start, length, rest) => {
      const end = start + length
      const total = rest === null ? null : end + 1 + rest
      expect(parseContentRange(`bytes ${start}-${end}/${total ?? '*'}`)).toEqual({ range: { start, end }, total })
    }),
  )
})

test.each([
  null,
  '',
  'bytes',
  'bytes 5-4/10',
  'bytes 0-10/10',
  'bytes -5/10',
  'bytes */*',
  'items 0-1/2',
  'bytes 0-1/2, bytes 3-4/5',
])('%j is refused', (header) => {
  expect(parseContentRange(header)).toBeUndefined()
})

test('the form of 416', () => {
  expect(parseContentRange('bytes */1234')).toEqual({ range: null, total: 1234 })
})

test('Retry-After', () => {
  const now = Date.parse('2026-11-24T08:00:00Z')
  expect(parseRetryAfter('7', now)).toBe(7000)
  expect(parseRetryAfter('Tue, 24 Nov 2026 08:00:30 GMT', now)).toBe(30_000)
  expect(parseRetryAfter('Tue, 24 Nov 2026 07:00:00 GMT', now)).toBe(0)
  expect(parseRetryAfter('soon', now)).toBeUndefined()
  expect(parseRetryAfter(null, now)).toBeUndefined()
})
