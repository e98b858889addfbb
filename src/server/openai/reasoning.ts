import { z } from 'zod'

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const

/** How hard a model shall think. The models here think or do not. */
export const reasoningEffort: z.ZodType<(typeof efforts)[number]> = z.enum(efforts)

/** Whether an effort asks a model to think aloud; undefined leaves it to the model. */
export function thinks(effort: (typeof efforts)[number] | undefined): boolean | undefined {
  return effort === undefined ? undefined : effort !== 'none' && effort !== 'minimal'
}
