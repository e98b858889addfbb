import { SanjhaError } from '../../../../core/index.ts'
import type { Sampling } from '../../../contract.ts'
import type { NativeEngineOptions } from '../options.ts'

/** Sampling with nothing left open but the seed. Neutral values switch a step off. */
export interface SamplingSettings {
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly minP: number
  readonly typicalP: number
  readonly repeatPenalty: number
  readonly repeatLastN: number
  readonly presencePenalty: number
  readonly frequencyPenalty: number
  readonly dry: { multiplier: number; base: number; allowedLength: number; lastN: number } | undefined
  readonly xtc: { probability: number; threshold: number } | undefined
  readonly mirostat: { version: 1 | 2; tau: number; eta: number } | undefined
  readonly logitBias: readonly { readonly token: number; readonly bias: number }[]
  readonly seed: number | undefined
}

/** What llama.cpp and Ollama use where neither request nor model say anything. */
const fallback = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1 } as const

/**
 * Fills in defaults and refuses what native code would abort on. `vocabularySize` bounds the token ids of the bias.
 * Errors: `invalid_request` with the field's OpenAI name.
 */
export function resolveSampling(
  sampling: Sampling = {},
  defaults: NativeEngineOptions['defaults'] = {},
  vocabularySize: number = Number.POSITIVE_INFINITY,
): SamplingSettings {
  const { dry, xtc, mirostat } = sampling
  const settings: SamplingSettings = {
    temperature: sampling.temperature ?? defaults.temperature ?? fallback.temperature,
    topK: Math.min(sampling.topK ?? defaults.topK ?? fallback.topK, 2 ** 30),
    topP: sampling.topP ?? defaults.topP ?? fallback.topP,
    minP: sampling.minP ?? defaults.minP ?? fallback.minP,
    typicalP: sampling.typicalP ?? 1,
    repeatPenalty: sampling.repeatPenalty ?? defaults.repeatPenalty ?? fallback.repeatPenalty,
    repeatLastN: sampling.repeatLastN ?? 64,
    presencePenalty: sampling.presencePenalty ?? 0,
    frequencyPenalty: sampling.frequencyPenalty ?? 0,
    dry: dry && dry.multiplier !== 0 ? { base: 1.75, allowedLength: 2, lastN: -1, ...dry } : undefined,
    xtc: xtc && xtc.probability > 0 ? { threshold: 0.1, ...xtc } : undefined,
    mirostat: mirostat && { tau: 5, eta: 0.1, ...mirostat },
    logitBias: Array.from(sampling.logitBias ?? [], ([token, bias]) => ({
      token,
      bias: bias <= -100 ? Number.NEGATIVE_INFINITY : bias,
    })),
    seed: sampling.seed === undefined ? undefined : toSeed(sampling.seed),
  }
  const range = (name: string, value: number, from: number, to: number): void => {
    if (!(value >= from && value <= to)) {
      throw new SanjhaError('invalid_request', `${name} must be between ${from} and ${to}.`, { param: name })
    }
  }
  range('temperature', settings.temperature, 0, 1e6)
  range('top_k', settings.topK, 0, 2 ** 30)
  range('top_p', settings.topP, 0, 1)
  range('min_p', settings.minP, 0, 1)
  range('typical_p', settings.typicalP, 0, 1)
  range('repeat_penalty', settings.repeatPenalty, 1e-6, 1e6)
  range('repeat_last_n', settings.repeatLastN, -1, 2 ** 30)
  range('presence_penalty', settings.presencePenalty, -100, 100)
  range('frequency_penalty', settings.frequencyPenalty, -100, 100)
  if (settings.dry) {
    range('dry_multiplier', settings.dry.multiplier, 0, 1e6)
    range('dry_base', settings.dry.base, 1, 1e6)
    range('dry_allowed_length', settings.dry.allowedLength, 0, 2 ** 30)
    range('dry_penalty_last_n', settings.dry.lastN, -1, 2 ** 30)
  }
  if (settings.xtc) {
    range('xtc_probability', settings.xtc.probability, 0, 1)
    range('xtc_threshold', settings.xtc.threshold, 0, 1)
  }
  if (settings.mirostat) {
    range('mirostat', settings.mirostat.version, 1, 2)
    range('mirostat_tau', settings.mirostat.tau, 0, 1e6)
    range('mirostat_eta', settings.mirostat.eta, 0, 1e6)
  }
  for (const { token, bias } of settings.logitBias) {
    if (!Number.isInteger(token) || token < 0 || token >= vocabularySize || Number.isNaN(bias)) {
      throw new SanjhaError('invalid_request', `logit_bias names ${token}, which is not a token of this model.`, {
        param: 'logit_bias',
      })
    }
  }
  return settings
}

/** Any whole number as the 32 bits that the native random number generator takes; never the value that means "random". */
function toSeed(seed: number): number {
  if (!Number.isFinite(seed)) throw new SanjhaError('invalid_request', 'seed must be a number.', { param: 'seed' })
  const bits = Math.abs(Math.trunc(seed)) % 2 ** 32
  return bits === 0xffffffff ? 0xfffffffe : bits
}

/** Nothing but the largest logit counts, so that no native sampler is needed. */
export const isPlainGreedy = (s: SamplingSettings): boolean =>
  s.temperature === 0 &&
  s.repeatPenalty === 1 &&
  s.presencePenalty === 0 &&
  s.frequencyPenalty === 0 &&
  s.dry === undefined &&
  s.logitBias.length === 0
