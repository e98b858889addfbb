import { expect, it } from 'vitest'
import { isShortcut, type Keys, shortcutKeys } from './shortcuts.ts'

const typed = (key: string, held: Partial<Keys> = {}): Keys => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
})

it.each<[string, Keys, boolean]>([
  ['mod+k', typed('k', { ctrlKey: true }), true],
  ['mod+k', typed('k', { metaKey: true }), true],
  ['mod+k', typed('K', { ctrlKey: true }), true],
  ['mod+k', typed('k'), false],
  ['mod+k', typed('k', { ctrlKey: true, altKey: true }), false],
  ['mod+k', typed('K', { ctrlKey: true, shiftKey: true }), false],
  ['mod+shift+o', typed('O', { ctrlKey: true, shiftKey: true }), true],
  ['mod+shift+o', typed('o', { ctrlKey: true }), false],
  ['?', typed('?', { shiftKey: true }), true],
  ['?', typed('?'), true],
  ['?', typed('?', { ctrlKey: true }), false],
  ['/', typed('/'), true],
  ['g', typed('G', { shiftKey: true }), false],
  ['escape', typed('Escape'), true],
  // A keyboard that writes Gurmukhi.
  ['mod+k', typed('ਕ', { ctrlKey: true, code: 'KeyK' }), true],
  ['mod+b', typed('ਕ', { ctrlKey: true, code: 'KeyK' }), false],
])('%s and %j: %s', (shortcut, keys, is) => {
  expect(isShortcut(shortcut, keys)).toBe(is)
})

it('names keys as they stand on the keyboard', () => {
  expect(shortcutKeys('mod+shift+o', false)).toEqual(['Ctrl', 'Shift', 'O'])
  expect(shortcutKeys('mod+k', true)).toEqual(['⌘', 'K'])
  expect(shortcutKeys('?', false)).toEqual(['?'])
  expect(shortcutKeys('escape', false)).toEqual(['Escape'])
})
