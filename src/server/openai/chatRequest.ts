import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { GenerateRequest, Sampling } from '../../engine/index.ts'
import type { MessagesWithImages } from '../http/resolveImages.ts'
import { defined, optional } from '../http/schema.ts'
import { type ChatSettings, chatSettings } from './chatSettings.ts'
import { chatMessages } from './messages.ts'

/** A chat completion request in our own words. */
export interface ChatRequest {
  readonly model: string
  readonly messages: MessagesWithImages
  readonly n: number
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly logprobs: boolean
  /** The field by which the request says whether to think. */
  readonly thinkingField: string
  /** Everything but the messages; one per choice. */
  generate(messages: MessagesWithImages['messages'], choice: number): GenerateRequest
}

const fields = z.object({
  model: optional(z.string()).meta({ description: 'Absent: the default model.' }),
  messages: chatMessages,
  n: optional(z.number().int().min(1).max(128)).meta({ description: 'How many answers.' }),
  stream: optional(z.boolean()).meta({ description: 'The answer as server-sent events, as it is made.' }),
  stream_options: optional(z.object({ include_usage: optional(z.boolean()) })),
  logprobs: optional(z.boolean()).meta({ description: 'Tells the probability of each token.' }),
  top_logprobs: optional(z.number().int().min(0).max(20)).meta({
    description: 'So many other tokens with theirs. Only with `logprobs`.',
  }),
  prompt_logprobs: optional(z.number()).meta({ description: 'Not offered here; see /v1/completions.' }),
  functions: optional(z.unknown()).meta({ description: 'Not offered; use `tools`.' }),
  function_call: optional(z.unknown()).meta({ description: 'Not offered; use `tool_choice`.' }),
  modalities: optional(z.array(z.string())),
  continue_final_message: optional(z.boolean()).meta({
    description: 'Goes on with the last message, which is the assistant’s.',
  }),
})

type Raw = z.output<typeof fields> & { readonly settings: ChatSettings }

export const chatRequest: z.ZodType<ChatRequest> = z.intersection(fields, chatSettings).transform(toRequest)

function refuse(param: string, message: string, hint?: string): never {
  throw new SanjhaError('invalid_request', message, { param, ...(hint !== undefined && { hint }) })
}

function toRequest(raw: Raw): ChatRequest {
  checkSupported(raw)
  if (raw.continue_final_message && raw.messages.messages.at(-1)?.role !== 'assistant') {
    refuse('continue_final_message', '`continue_final_message` needs an assistant’s message at the end.')
  }
  const { generate, chat, thinkingField } = raw.settings
  const logprobs = raw.logprobs ? { logprobs: raw.top_logprobs ?? 0 } : {}
  return {
    model: raw.model ?? '',
    messages: raw.messages,
    n: raw.n ?? 1,
    stream: raw.stream ?? false,
    includeUsage: raw.stream_options?.include_usage ?? false,
    logprobs: raw.logprobs ?? false,
    thinkingField,
    generate: (messages, choice) => ({
      ...generate,
      ...logprobs,
      ...seeded(generate.sampling, choice),
      input: { ...chat, type: 'chat', messages, ...defined({ continueLast: raw.continue_final_message }) },
    }),
  }
}

/** Several choices of one seed must differ, and yet be the same each time. */
export function seeded(sampling: Sampling, choice: number): { readonly sampling: Sampling } {
  if (sampling.seed === undefined || choice === 0) return { sampling }
  return { sampling: { ...sampling, seed: (sampling.seed + choice) % 2 ** 32 } }
}

function checkSupported(raw: Raw): void {
  if (raw.stream_options !== undefined && !raw.stream) {
    refuse('stream_options', '`stream_options` is only for streams.', 'Set `stream` to true, or leave it out.')
  }
  if (raw.top_logprobs !== undefined && !raw.logprobs) {
    refuse('top_logprobs', '`top_logprobs` needs `logprobs` to be true.')
  }
  if (raw.prompt_logprobs !== undefined) {
    refuse(
      'prompt_logprobs',
      '`prompt_logprobs` is not offered by this API.',
      'Use /v1/completions with `echo` and `logprobs`.',
    )
  }
  if (raw.functions !== undefined || raw.function_call !== undefined) {
    refuse(
      raw.functions === undefined ? 'function_call' : 'functions',
      'The old function calling is not offered.',
      'Use `tools` and `tool_choice`.',
    )
  }
  const other = raw.modalities?.find((name) => name !== 'text')
  if (other !== undefined) refuse('modalities', `The models here answer in text, not in ${JSON.stringify(other)}.`)
}
