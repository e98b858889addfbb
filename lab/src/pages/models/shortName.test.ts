import { expect, it } from 'vitest'
import { shortName } from './shortName.ts'

it.each([
  ['smollm2:q4_1', 'smollm2:q4_1'],
  ['group/name:tag', 'group/name:tag'],
  ['file:///home/somebody/a%20model.gguf', 'a%20model.gguf'],
  ['hf://o/r/', 'r'],
  ['x://', 'x:'],
])('%s is %s', (name, short) => {
  expect(shortName(name)).toBe(short)
})
