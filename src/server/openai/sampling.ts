import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { Sampling } from '../../engine/index.ts'
import { oneValue } from '../http/oneValue.ts'
import { defined, optional, seed } from '../http/schema.ts'

const fraction = z.number().min(0).max(1)

const fields = z.object({
  temperature: optional(z.number().min(0).max(1e6)).meta({ description: '0 always takes the most probable token.' }),
  top_p: optional(fraction).meta({
    description: 'Chooses among the most probable tokens that together make up this share; 1 leaves all in.',
  }),
  top_k: optional(z.number().int().min(-1)).meta({
    description: 'Chooses among so many of the most probable tokens; 0 or −1: among all.',
  }),
  min_p: optional(fraction).meta({
    description: 'Leaves out tokens below this share of the best one’s probability; 0 leaves all in.',
  }),
  typical_p: optional(fraction).meta({
    description: 'Prefers tokens about as surprising as is usual at their place, up to this share; 1 is off.',
  }),
  presence_penalty: optional(z.number().min(-2).max(2)).meta({
    description: 'Above 0, tokens that came up already become less probable, however often they came.',
  }),
  frequency_penalty: optional(z.number().min(-2).max(2)).meta({
    description: 'Above 0, tokens become less probable with each time they come up.',
  }),
  repetition_penalty: optional(z.number().positive()).meta({ description: 'vLLM’s name for `repeat_penalty`.' }),
  repeat_penalty: optional(z.number().positive()).meta({
    description: 'Makes tokens less probable that came up a short while ago; 1 is off.',
  }),
  repeat_last_n: optional(z.number().int().min(-1)).meta({
    description: 'How many tokens back the penalties look; 0: nowhere, −1: the whole context.',
  }),
  dry_multiplier: optional(z.number().min(0)).meta({
    description: 'Keeps whole sequences from being repeated; 0 is off.',
  }),
  dry_base: optional(z.number().min(0)).meta({
    description: 'How fast that becomes stricter with the length of what is repeated. Only with `dry_multiplier`.',
  }),
  dry_allowed_length: optional(z.number().int().min(0)).meta({
    description: 'Sequences up to this length may be repeated. Only with `dry_multiplier`.',
  }),
  dry_penalty_last_n: optional(z.number().int().min(-1)).meta({
    description: 'How many tokens back it looks; −1: the whole context. Only with `dry_multiplier`.',
  }),
  xtc_probability: optional(fraction).meta({
    description: 'How often the most obvious tokens are left out where several would do; 0 is off.',
  }),
  xtc_threshold: optional(fraction).meta({
    description: 'How probable a token must be to count as obvious. Only with `xtc_probability`.',
  }),
  mirostat: optional(z.number().int().min(0).max(2)).meta({
    description: 'Steers how surprising the text is, in place of top_p, top_k and min_p; 0 is off.',
  }),
  mirostat_tau: optional(z.number().min(0)).meta({
    description: 'How surprising the text shall be. Only with `mirostat`.',
  }),
  mirostat_eta: optional(z.number().min(0)).meta({
    description: 'How fast its course is corrected. Only with `mirostat`.',
  }),
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
