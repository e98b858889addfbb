import { expect, it } from 'vitest'
import { sectionAt, sectionOf } from './sections.ts'

it.each([
  ['server.port', 'server'],
  ['adapters', 'models'],
  ['hub.endpoint', 'network'],
  ['toString', 'other'],
  ['new.thing', 'other'],
])('%s stands in %s', (key, section) => {
  expect(sectionOf(key)).toBe(section)
})

it.each([
  ['/settings', 'appearance'],
  ['/settings/', 'appearance'],
  ['/settings/engine', 'engine'],
  ['/settings/engine/', 'engine'],
  ['/settings/engine/more', undefined],
  ['/settings/toString', undefined],
])('%s is %s', (path, section) => {
  expect(sectionAt(path)).toBe(section)
})
