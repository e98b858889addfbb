import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { Sampling } from '../../engine/index.ts'
import { oneValue } from '../http/oneValue.ts'
import { defined, optional, seed } from '../http/schema.ts'

const fraction = z.number().min(0).max(1)

const fields = z.object({
  temperature: optional(z.number().min(0).max(1e6)).meta({ description: '0 always takes the most probable token.' }),
  top_p: optional(fraction),
  top_k: optional(z.number().int().min(-1)).meta({ description: '0 or −1: off.' }),
  min_p: optional(fraction),
  typical_p: optional(fraction),
  presence_penalty: optional(z.number().min(-2).max(2)),
  frequency_penalty: optional(z.number().min(-2).max(2)),
  repetition_penalty: optional(z.number().positive()),
  repeat_penalty: optional(z.number().positive()),
  repeat_last_n: optional(z.number().int().min(-1)),
  dry_multiplier: optional(z.number().min(0)),
  dry_base: optional(z.number().min(0)),
  dry_allowed_length: optional(z.number().int().min(0)),
  dry_penalty_last_n: optional(z.number().int().min(-1)),
  xtc_probability: optional(fraction),
  xtc_threshold: optional(fraction),
  mirostat: optional(z.number().int().min(0).max(2)),
  mirostat_tau: optional(z.number().min(0)),
  mirostat_eta: optional(z.number().min(0)),
  seed: optional(seed).meta({ description: 'The same seed and request give the same answer.' }),
  logit_bias: optional(z.record(z.string(), z.number().min(-100).max(100))).meta({
    description: 'Token id → what is added to its logit.',
  }),
})

/** What they are called. */
export const samplingNames: readonly string[] = Object.keys(fields.shape)

/** The sampling parameters of OpenAI's requests, with those that vLLM and llama.cpp add. Unknown ones are left alone. */
export const samplingFields: z.ZodType<{ readonly sampling: Sampling }> = fields.transform((raw) => ({
  sampling: toSampling(raw),
}))

function toSampling(raw: z.output<typeof fields>): Sampling {
  return defined({
    temperature: raw.temperature,
    topP: raw.top_p,
    topK: raw.top_k === -1 ? 0 : raw.top_k,
    minP: raw.min_p,
    typicalP: raw.typical_p,
    presencePenalty: raw.presence_penalty,
    frequencyPenalty: raw.frequency_penalty,
    repeatPenalty: oneValue({
      repetition_penalty: raw.repetition_penalty,
      repeat_penalty: raw.repeat_penalty,
    }),
    repeatLastN: raw.repeat_last_n,
    dry:
      raw.dry_multiplier === undefined
        ? undefined
        : {
            multiplier: raw.dry_multiplier,
            ...defined({
              base: raw.dry_base,
              allowedLength: raw.dry_allowed_length,
              lastN: raw.dry_penalty_last_n,
            }),
          },
    xtc:
      raw.xtc_probability === undefined
        ? undefined
        : { probability: raw.xtc_probability, ...defined({ threshold: raw.xtc_threshold }) },
    mirostat:
      raw.mirostat === 1 || raw.mirostat === 2
        ? { version: raw.mirostat, ...defined({ tau: raw.mirostat_tau, eta: raw.mirostat_eta }) }
        : undefined,
    seed: raw.seed,
    logitBias: raw.logit_bias && toBias(raw.logit_bias),
  } as const)
}

function toBias(raw: Readonly<Record<string, number>>): ReadonlyMap<number, number> {
  const bias = new Map<number, number>()
  for (const [key, value] of Object.entries(raw)) {
    if (!/^\d{1,9}$/.test(key)) {
      throw new SanjhaError('invalid_request', `\`logit_bias\`: ${JSON.stringify(key)} is not a token id.`, {
        param: 'logit_bias',
      })
    }
    bias.set(Number(key), value)
  }
  return bias
}
