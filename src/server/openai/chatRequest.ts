import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { GenerateRequest, Sampling, Tool, ToolChoice } from '../../engine/index.ts'
import { oneFormat } from '../http/oneFormat.ts'
import { oneValue } from '../http/oneValue.ts'
import type { MessagesWithImages } from '../http/resolveImages.ts'
import { defined, optional, stopStrings, tokenLimit } from '../http/schema.ts'
import { formatFields, responseFormat, structuredOutputs } from './format.ts'
import { chatMessages } from './messages.ts'
import { reasoningEffort, thinks } from './reasoning.ts'
import { samplingFields } from './sampling.ts'
import { chatTools, checkToolChoice, toolChoice } from './tools.ts'

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
  n: optional(z.number().int().min(1).max(128)),
  stream: optional(z.boolean()),
  stream_options: optional(z.object({ include_usage: optional(z.boolean()) })),
  max_tokens: optional(tokenLimit),
  max_completion_tokens: optional(tokenLimit),
  stop: optional(stopStrings),
  logprobs: optional(z.boolean()),
  top_logprobs: optional(z.number().int().min(0).max(20)),
  prompt_logprobs: optional(z.number()),
  response_format: optional(responseFormat),
  structured_outputs: optional(structuredOutputs),
  grammar: optional(z.string().min(1)).meta({ description: 'GBNF.' }),
  tools: optional(chatTools),
  tool_choice: optional(toolChoice),
  parallel_tool_calls: optional(z.boolean()),
  functions: optional(z.unknown()),
  function_call: optional(z.unknown()),
  modalities: optional(z.array(z.string())),
  reasoning_effort: optional(reasoningEffort),
  chat_template_kwargs: optional(z.object({ enable_thinking: optional(z.boolean()) })),
  continue_final_message: optional(z.boolean()),
  ignore_eos: optional(z.boolean()),
  cache_prompt: optional(z.boolean()),
})

type Raw = z.output<typeof fields> & { readonly sampling: Sampling }

export const chatRequest: z.ZodType<ChatRequest> = z.intersection(fields, samplingFields).transform(toRequest)

function refuse(param: string, message: string, hint?: string): never {
  throw new SanjhaError('invalid_request', message, { param, ...(hint !== undefined && { hint }) })
}

function toRequest(raw: Raw): ChatRequest {
  checkSupported(raw)
  checkToolChoice(raw.tool_choice, raw.tools)
  if (raw.continue_final_message && raw.messages.messages.at(-1)?.role !== 'assistant') {
    refuse('continue_final_message', '`continue_final_message` needs an assistant’s message at the end.')
  }
  const rest = toGenerate(raw)
  return {
    model: raw.model ?? '',
    messages: raw.messages,
    n: raw.n ?? 1,
    stream: raw.stream ?? false,
    includeUsage: raw.stream_options?.include_usage ?? false,
    logprobs: raw.logprobs ?? false,
    thinkingField:
      raw.chat_template_kwargs?.enable_thinking === undefined ? 'reasoning_effort' : 'chat_template_kwargs',
    generate: (messages, choice) => ({
      ...rest,
      ...seeded(raw.sampling, choice),
      input: {
        type: 'chat',
        messages,
        ...defined({
          tools: raw.tools,
          toolChoice: raw.tool_choice as ToolChoice | undefined,
          parallelToolCalls: raw.parallel_tool_calls,
          thinking: thinking(raw),
          continueLast: raw.continue_final_message,
        } satisfies { tools: readonly Tool[] | undefined; [key: string]: unknown }),
      },
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

function toGenerate(raw: Raw): Omit<GenerateRequest, 'input' | 'sampling'> {
  const format = oneFormat(formatFields(raw), raw.tool_choice)
  return defined({
    maxTokens: oneValue({ max_completion_tokens: raw.max_completion_tokens, max_tokens: raw.max_tokens }),
    stop: raw.stop,
    format,
    logprobs: raw.logprobs ? (raw.top_logprobs ?? 0) : undefined,
    ignoreEnd: raw.ignore_eos,
    cachePrompt: raw.cache_prompt,
  })
}

function thinking(raw: Raw): boolean | undefined {
  return raw.chat_template_kwargs?.enable_thinking ?? thinks(raw.reasoning_effort)
}
