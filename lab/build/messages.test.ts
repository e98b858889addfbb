import { expect, it } from 'vitest'
import { findProblems } from './messages.ts'

it('finds nothing where all is well', () => {
  const en = { 'a.title': 'Models', 'a.count': '{n, plural, one {# model} other {# models}}' }
  const pa = { 'a.title': 'ਮਾਡਲ', 'a.count': '{n, plural, one {# ਮਾਡਲ} other {# ਮਾਡਲ}}' }
  expect(findProblems({ en, pa })).toEqual([])
})

it.each([
  ['a message that is missing', { a: 'A', b: 'B' }, { a: 'ਅ' }, 'pa: “b” is missing.'],
  ['a message too many', { a: 'A' }, { a: 'ਅ', b: 'ਬ' }, 'pa: “b” is not in en.'],
  ['an empty one', { a: 'A' }, { a: ' ' }, 'pa: “a” is empty.'],
  ['other values', { a: 'A {name}' }, { a: 'ਅ {nam}' }, 'pa: “a” takes {nam}, in en {name}.'],
  ['a brace that is open', { a: 'A' }, { a: 'ਅ {' }, 'pa: “a” cannot be read'],
  [
    'a form of the plural that is missing',
    { a: '{n, plural, one {#} other {#}}' },
    { a: '{n, plural, other {#}}' },
    'pa: “a” has no form for: one.',
  ],
])('finds %s', (_what, en, pa, problem) => {
  expect(findProblems({ en, pa }).join('\n')).toContain(problem)
})

it('finds a folder without English', () => {
  expect(findProblems({ pa: {} })).toEqual(['There is no en.json.'])
})
