import { expect, it } from 'vitest'
import { toolText } from './toolText.ts'

it.each([
  [
    [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ],
    undefined,
    'a\nb',
  ],
  [[], undefined, '(The tool answered nothing.)'],
  [[], { rows: 2 }, '{"rows":2}'],
  [[{ type: 'text', text: 'two' }], { rows: 2 }, 'two'],
  [[{ type: 'resource_link', name: 'a', uri: 'file:a' }], undefined, '(resource a: file:a)'],
  [[{ type: 'resource', resource: { uri: 'file:a', text: 'inside' } }], undefined, 'inside'],
  [[{ type: 'resource', resource: { uri: 'file:a', blob: 'AA' } }], undefined, '(resource file:a: not shown)'],
  [[{ type: 'new' }], undefined, '(new: not shown)'],
])('%j and %j: %s', (content, structured, text) => {
  expect(toolText(content, structured)).toBe(text)
})

it('says what it cut, and cuts no character in two', () => {
  const text = toolText([{ type: 'text', text: `${'a'.repeat(65_535)}😀bc` }], undefined)
  expect(text).toBe(`${'a'.repeat(65_535)}\n(Cut here: 4 more characters.)`)
})
