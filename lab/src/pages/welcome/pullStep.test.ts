import { expect, it } from 'vitest'
import type { RunProgress } from '../../api/Run.ts'
import { nextStep, type PullStep } from './pullStep.ts'

const progress = (step: string, completed: number, total: number | null = 100): { progress: RunProgress } => ({
  progress: { step, completed, total, unit: 'bytes', rate: 5, eta: 7 },
})
const show = (...all: { progress: RunProgress | null }[]): PullStep | undefined =>
  all.reduce<PullStep | undefined>((shown, each) => nextStep(shown, each), undefined)

it('tells which model is meant, and how far it is', () => {
  expect(show({ progress: null })).toMatchObject({ model: undefined, phase: 'find', completed: 0 })
  expect(show(progress('smollm2: download', 30))).toEqual({
    model: 'smollm2',
    phase: 'download',
    completed: 30,
    total: 100,
    rate: 5,
    eta: 7,
  })
  expect(show(progress('hf://a/b: verify', 100))).toMatchObject({ model: 'hf://a/b', phase: 'verify', eta: null })
})

it('never goes back within one model, and begins anew with another', () => {
  const resumed = show(progress('granite: download', 60), progress('granite: find the model', 0, null))
  expect(resumed).toMatchObject({ phase: 'find', completed: 60, total: 100 })
  expect(show(progress('granite: download', 60), progress('smollm2: download', 1, 98))).toMatchObject({
    model: 'smollm2',
    completed: 1,
    total: 98,
  })
})
