import { expect, it } from 'vitest'
import { linkAddress, namesHost } from './linkAddress.ts'

it.each([
  ['https://example.org/a?b#c', 'https://example.org/', true],
  ['Example.ORG', 'http://example.org/a', true],
  ['example.org:8080/x', 'http://example.org:8080/', true],
  ['a@example.org', 'mailto:a@example.org', true],
  ['https://microsoft.com/login', 'http://t.co/x', false],
  ['https://microsoft.com/t.co', 'http://t.co/x', false],
  ['https://t.co.microsoft.com', 'http://t.co/x', false],
  ['https://t.co@microsoft.com', 'http://t.co/x', false],
  ['t.co → microsoft.com', 'http://t.co/x', false],
  ['https://t.co/\u05d0/microsoft.com', 'http://t.co/x', false],
  ['https://аррӏе.example/', 'https://аррӏе.example/', false],
  ['Picture, not fetched: t.co', 'http://t.co/x', false],
  ['', 'http://t.co/x', false],
])('%j names where %s leads: %s', (text, href, is) => {
  expect(namesHost(text, linkAddress(href)?.host ?? '')).toBe(is)
})
