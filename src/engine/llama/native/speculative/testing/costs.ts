import { StepCost } from '../StepCost.ts'

/** A machine on which a decode of n tokens takes `once + each · n` milliseconds, measured for all sizes of a draft. */
export function costs(once: number, each: number): StepCost {
  const cost = new StepCost()
  for (let i = 0; i < 60; i++) for (const n of [1, 2, 3, 4, 8, 12, 16, 24, 32, 48]) cost.record(n, once + each * n)
  return cost
}
