import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import { optional } from '../http/schema.ts'

/** `model`, or `name` as older clients call it. One of them is needed. */
export const modelField: z.ZodType<{ readonly model: string }> = z
  .object({ model: optional(z.string()), name: optional(z.string()) })
  .transform((raw) => {
    const model = raw.model || raw.name
    if (!model) throw new SanjhaError('invalid_request', '`model` is required.', { param: 'model' })
    return { model }
  })
