import { expect, it } from 'vitest'
import { formatDuration } from './duration.ts'

it.each([
  [0.2, '1 sec'],
  [45, '45 sec'],
  [120, '2 min'],
  [7200, '2 hr'],
])('%s seconds are %s', (seconds, words) => {
  expect(formatDuration(seconds, 'en')).toBe(words)
})
