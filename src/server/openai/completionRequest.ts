import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { GenerateRequest, Sampling } from '../../engine/index.ts'
import { oneFormat } from '../http/oneFormat.ts'
import { defined, optional, stopStrings, tokenLimit } from '../http/schema.ts'
import { seeded } from './chatRequest.ts'
import { formatFields, responseFormat, structuredOutputs } from './format.ts'
import { samplingFields } from './sampling.ts'

export type Prompt = string | readonly number[]

/** A legacy completion request in our own words. */
export interface CompletionRequest {
  readonly model: string
  readonly prompts: readonly Prompt[]
  readonly n: number
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly echo: boolean
  /** Alternatives per token; undefined: no log-probabilities. */
  readonly logprobs: number | undefined
  readonly maxTokens: number
  generate(prompt: Prompt, choice: number): GenerateRequest
}

const tokenIds = z.array(z.number().int().min(0))

const fields = z.object({
  model: optional(z.string()).meta({ description: 'Absent: the default model.' }),
  prompt: z.union([
    z.string(),
    z.array(z.string()).min(1).max(2048),
    tokenIds.min(1),
    z.array(tokenIds.min(1)).min(1).max(2048),
  ]),
  suffix: optional(z.string()),
  max_tokens: optional(tokenLimit).meta({ description: 'Default 16.' }),
  n: optional(z.number().int().min(1).max(128)),
  best_of: optional(z.number().int().min(1).max(128)),
  stream: optional(z.boolean()),
  stream_options: optional(z.object({ include_usage: optional(z.boolean()) })),
  logprobs: optional(z.union([z.number().int().min(0).max(20), z.literal(false).transform(() => undefined)])),
  prompt_logprobs: optional(z.number()),
  echo: optional(z.boolean()),
  stop: optional(stopStrings),
  response_format: optional(responseFormat),
  structured_outputs: optional(structuredOutputs),
  grammar: optional(z.string().min(1)),
  ignore_eos: optional(z.boolean()),
  cache_prompt: optional(z.boolean()),
})

type Raw = z.output<typeof fields> & { readonly sampling: Sampling }

export const completionRequest: z.ZodType<CompletionRequest> = z
  .intersection(fields, samplingFields)
  .transform(toRequest)

function refuse(param: string, message: string, hint?: string): never {
  throw new SanjhaError('invalid_request', message, { param, ...(hint !== undefined && { hint }) })
}

function toRequest(raw: Raw): CompletionRequest {
  const n = raw.n ?? 1
  if (raw.stream_options !== undefined && !raw.stream) {
    refuse('stream_options', '`stream_options` is only for streams.', 'Set `stream` to true, or leave it out.')
  }
  if (raw.best_of !== undefined && raw.best_of !== n) {
    refuse('best_of', '`best_of` other than `n` is not offered.', 'Ask for `n` answers and choose yourself.')
  }
  if (raw.prompt_logprobs !== undefined) {
    refuse('prompt_logprobs', '`prompt_logprobs` is not offered.', 'Use `echo` with `logprobs`.')
  }
  if (raw.echo && raw.suffix !== undefined) refuse('echo', '`echo` and `suffix` exclude each other.')
  const maxTokens = raw.max_tokens ?? 16
  const format = oneFormat(formatFields(raw))
  const rest = defined({
    stop: raw.stop,
    format,
    logprobs: raw.logprobs,
    ignoreEnd: raw.ignore_eos,
    cachePrompt: raw.cache_prompt,
  })
  return {
    model: raw.model ?? '',
    prompts: toPrompts(raw.prompt),
    n,
    stream: raw.stream ?? false,
    includeUsage: raw.stream_options?.include_usage ?? false,
    echo: raw.echo ?? false,
    logprobs: raw.logprobs,
    maxTokens,
    generate: (prompt, choice) => ({
      ...rest,
      ...seeded(raw.sampling, choice),
      maxTokens,
      input: { type: 'completion', prompt, ...defined({ suffix: raw.suffix }) },
    }),
  }
}

function toPrompts(raw: Raw['prompt']): readonly Prompt[] {
  if (typeof raw === 'string') return [raw]
  return typeof raw[0] === 'number' ? [raw as number[]] : (raw as Prompt[])
}
