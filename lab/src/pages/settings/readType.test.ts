import { expect, it } from 'vitest'
import { readType } from './readType.ts'

it.each([
  ['`true` or `false`', { kind: 'switch' }],
  ['a whole number from 0 to 65535', { kind: 'number', min: 0, max: 65_535, open: undefined }],
  ['a whole number, at least 1', { kind: 'number', min: 1, max: undefined, open: undefined }],
  ['`auto` or a whole number from 1 to 256', { kind: 'number', min: 1, max: 256, open: 'auto' }],
  ['a size, such as `8GiB`', { kind: 'size', open: undefined }],
  ['`auto` or a size, such as `8GiB`', { kind: 'size', open: 'auto' }],
  ['a duration, such as `30s`; a bare number is seconds', { kind: 'duration', endless: false, open: undefined }],
  [
    'a duration, such as `5m`; a bare number is seconds, `-1` is for ever',
    { kind: 'duration', endless: true, open: undefined },
  ],
  ['one of `cpu`, `vulkan`', { kind: 'choice', choices: ['cpu', 'vulkan'] }],
  ['text', { kind: 'text', open: undefined }],
  ['`none` or text', { kind: 'text', open: 'none' }],
  ['`auto` or an http(s) URL', { kind: 'url', open: 'auto' }],
  ['a list (in the environment separated by commas); each: text', { kind: 'list' }],
  ['a list of `{name, model, file, scale}`', { kind: 'structure' }],
  ['a poem', { kind: 'structure' }],
])('%s', (type, control) => {
  expect(readType(type)).toEqual(control)
})

it('believes the choices of the entry', () => {
  expect(readType('text', ['a', 'b'])).toEqual({ kind: 'choice', choices: ['a', 'b'] })
})
