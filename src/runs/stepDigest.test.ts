import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalJson, stepDigest } from './stepDigest.ts'

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([k, v]) => [k, shuffled(v)]),
  )
}

it('does not depend on the order of keys', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => stepDigest('s', value) === stepDigest('s', shuffled(value))))
})
it('is JSON of the same value, so different values differ', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
it('knows the step’s name and where one value ends', () => {
  expect(stepDigest('a', ['b'])).not.toBe(stepDigest('b', ['a']))
  expect(stepDigest('a', ['bc', ''])).not.toBe(stepDigest('a', ['b', 'c']))
  expect(stepDigest('a', { x: undefined })).toBe(stepDigest('a', {}))
  expect(stepDigest('a', new Date(0))).toBe(stepDigest('a', '1970-01-01T00:00:00.000Z'))
})
it.each([Number.NaN, Infinity, 1n, () => 1, new Map([[1, 2]]), Symbol('s')])('refuses %s', (value) => {
  expect(() => stepDigest('a', { value })).toThrow(/must be JSON/)
})
