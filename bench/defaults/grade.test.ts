import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isRight, wilson } from './grade.ts'

it('looks for the expected words', () => {
  expect(isRight('The capital of France is Paris.', 'paris')).toBe(true)
  expect(isRight('It is Lyon.', 'paris')).toBe(false)
  expect(isRight('2 + 2 = 4', '\\b4\\b|four')).toBe(true)
  expect(isRight('It is 14.', '\\b4\\b|four')).toBe(false)
  expect([isRight('cat', 'CAT'), isRight('CAT', 'CAT')]).toEqual([false, true])
})

it('the interval of a share is that of the literature', () => {
  // Brown, Cai and DasGupta 2001: 0 of n has the upper end z² / (n + z²).
  expect(wilson(0, 40)[1]).toBeCloseTo(1.96 ** 2 / (40 + 1.96 ** 2), 10)
  const [low, high] = wilson(30, 40)
  expect([low.toFixed(3), high.toFixed(3)]).toEqual(['0.598', '0.858'])
})

it('every question has a pattern that compiles and that silence does not meet', () => {
  const questions = JSON.parse(readFileSync(join(import.meta.dirname, 'questions.json'), 'utf8')) as [string, string][]
  expect(questions.length).toBeGreaterThanOrEqual(40)
  expect(questions.filter(([, pattern]) => isRight('', pattern))).toEqual([])
})
