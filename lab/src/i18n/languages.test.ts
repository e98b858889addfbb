import { expect, it } from 'vitest'
import { chooseLanguage } from './languages.ts'

const stored = (value: string | null) => ({ getItem: () => value })

it.each([
  ['?lang=pa', null, ['en-GB'], 'pa'],
  ['?lang=xx', 'pa', ['en'], 'pa'],
  ['', null, ['de-DE', 'pa-IN', 'en'], 'pa'],
  ['', 'toString', ['fr'], 'en'],
  ['?lang=toString', null, [], 'en'],
] as const)('%s, stored %s, browser %j: %s', (search, value, preferred, language) => {
  expect(chooseLanguage(search, stored(value), preferred)).toBe(language)
})
