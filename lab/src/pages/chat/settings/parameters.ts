/** A parameter of an answer, as `/v1/chat/completions` takes it. */
export interface Parameter {
  /** Its field in the request. */
  readonly name: string
  readonly kind: 'integer' | 'number' | 'choice' | 'lines' | 'bias'
  /** What the server takes. */
  readonly min?: number
  readonly max?: number
  /** Where a slider is of use: the part of the range that people use. */
  readonly slider?: { readonly from: number; readonly to: number; readonly step: number }
  readonly choices?: readonly string[]
  /** Its name among a model's own defaults. */
  readonly modelDefault?: 'temperature' | 'topK' | 'topP' | 'minP' | 'repeatPenalty'
  /** What holds for Sanjha's engine where neither request nor model says anything; absent: there is no number for it. */
  readonly fallback?: number
  /** It says something only when another is above 0. */
  readonly needs?: string
}

/** By what they are for, in the order in which people ask for them. */
export const parameterGroups = {
  length: [
    {
      name: 'temperature',
      kind: 'number',
      min: 0,
      max: 1e6,
      slider: { from: 0, to: 2, step: 0.05 },
      modelDefault: 'temperature',
      fallback: 0.8,
    },
    { name: 'max_tokens', kind: 'integer', min: 1, max: 2 ** 31 - 1 },
    { name: 'stop', kind: 'lines' },
    { name: 'seed', kind: 'integer', min: 0, max: 2 ** 32 - 2 },
    { name: 'reasoning_effort', kind: 'choice', choices: ['none', 'low', 'medium', 'high'] },
  ],
  choice: [
    {
      name: 'top_p',
      kind: 'number',
      min: 0,
      max: 1,
      slider: { from: 0, to: 1, step: 0.01 },
      modelDefault: 'topP',
      fallback: 0.95,
    },
    { name: 'top_k', kind: 'integer', min: 0, max: 2 ** 30, modelDefault: 'topK', fallback: 40 },
    {
      name: 'min_p',
      kind: 'number',
      min: 0,
      max: 1,
      slider: { from: 0, to: 1, step: 0.01 },
      modelDefault: 'minP',
      fallback: 0.05,
    },
    { name: 'typical_p', kind: 'number', min: 0, max: 1, slider: { from: 0, to: 1, step: 0.01 }, fallback: 1 },
  ],
  repetition: [
    {
      name: 'repeat_penalty',
      kind: 'number',
      min: 1e-6,
      max: 1e6,
      slider: { from: 0.5, to: 2, step: 0.01 },
      modelDefault: 'repeatPenalty',
      fallback: 1,
    },
    { name: 'repeat_last_n', kind: 'integer', min: -1, max: 2 ** 30, fallback: 64 },
    { name: 'presence_penalty', kind: 'number', min: -2, max: 2, slider: { from: -2, to: 2, step: 0.1 }, fallback: 0 },
    { name: 'frequency_penalty', kind: 'number', min: -2, max: 2, slider: { from: -2, to: 2, step: 0.1 }, fallback: 0 },
    { name: 'dry_multiplier', kind: 'number', min: 0, max: 1e6, slider: { from: 0, to: 2, step: 0.05 }, fallback: 0 },
    { name: 'dry_base', kind: 'number', min: 1, max: 1e6, fallback: 1.75, needs: 'dry_multiplier' },
    { name: 'dry_allowed_length', kind: 'integer', min: 0, max: 2 ** 30, fallback: 2, needs: 'dry_multiplier' },
    { name: 'dry_penalty_last_n', kind: 'integer', min: -1, max: 2 ** 30, fallback: -1, needs: 'dry_multiplier' },
  ],
  special: [
    { name: 'xtc_probability', kind: 'number', min: 0, max: 1, slider: { from: 0, to: 1, step: 0.01 }, fallback: 0 },
    {
      name: 'xtc_threshold',
      kind: 'number',
      min: 0,
      max: 1,
      slider: { from: 0, to: 1, step: 0.01 },
      fallback: 0.1,
      needs: 'xtc_probability',
    },
    { name: 'mirostat', kind: 'integer', min: 0, max: 2, fallback: 0 },
    { name: 'mirostat_tau', kind: 'number', min: 0, max: 1e6, fallback: 5, needs: 'mirostat' },
    { name: 'mirostat_eta', kind: 'number', min: 0, max: 1e6, fallback: 0.1, needs: 'mirostat' },
    { name: 'logit_bias', kind: 'bias' },
  ],
} as const satisfies Readonly<Record<string, readonly Parameter[]>>

export type ParameterGroup = keyof typeof parameterGroups
export type ParameterName = (typeof parameterGroups)[ParameterGroup][number]['name']

export const parameters: readonly (Parameter & { readonly name: ParameterName })[] =
  Object.values(parameterGroups).flat()

/** Of the parameters in `values`, those that would say something: one that `needs` another says nothing without it. */
export function effective(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => {
      const needs = parameters.find((each) => each.name === name)?.needs
      return needs === undefined || isOn(values[needs])
    }),
  )
}

export const isOn = (value: unknown): boolean => typeof value === 'number' && value > 0
