import { z } from 'zod'
import { SanjhaError } from '../../../core/index.ts'
import type { ChatMessage, GenerateRequest, OutputFormat, Sampling } from '../../../engine/index.ts'
import { oneFormat } from '../../http/oneFormat.ts'
import { defined, jsonSchema, optional, tokenLimit } from '../../http/schema.ts'
import { reasoningEffort, thinks } from '../reasoning.ts'
import { samplingFields } from '../sampling.ts'
import { checkToolChoice, responseTools, toolChoice } from '../tools.ts'
import { type Item, responseInput } from './items.ts'

/** A request to the Responses API in our own words. */
export interface ResponsesRequest {
  readonly model: string
  readonly input: readonly Item[]
  readonly instructions: string | undefined
  readonly previousResponseId: string | undefined
  readonly store: boolean
  readonly stream: boolean
  readonly logprobs: boolean
  generate(messages: readonly ChatMessage[]): GenerateRequest
  /** What the response object repeats of the request, in the wire's own words. */
  readonly echo: { readonly [key: string]: unknown }
}

const textFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    name: optional(z.string()),
    description: optional(z.string()),
    strict: optional(z.boolean()),
    schema: jsonSchema,
  }),
])

const fields = z.looseObject({
  model: optional(z.string()).meta({ description: 'Absent: the default model.' }),
  input: responseInput,
  instructions: optional(z.string()),
  previous_response_id: optional(z.string()),
  store: optional(z.boolean()).meta({ description: 'Keep the response to read and continue it later. Default true.' }),
  stream: optional(z.boolean()),
  max_output_tokens: optional(tokenLimit),
  text: optional(z.object({ format: optional(textFormat) })),
  tools: optional(responseTools),
  tool_choice: optional(toolChoice),
  parallel_tool_calls: optional(z.boolean()),
  reasoning: optional(z.object({ effort: optional(reasoningEffort), summary: optional(z.string()) })),
  include: optional(z.array(z.string())),
  top_logprobs: optional(z.number().int().min(0).max(20)),
  truncation: optional(z.enum(['auto', 'disabled'])),
  background: optional(z.boolean()),
  conversation: optional(z.unknown()),
  prompt: optional(z.unknown()),
  metadata: optional(z.record(z.string(), z.string())),
  user: optional(z.string()),
})

type Raw = z.output<typeof fields> & { readonly sampling: Sampling }

export const responsesRequest: z.ZodType<ResponsesRequest> = z
  .intersection(fields, samplingFields)
  .transform((raw) => toRequest(raw as Raw))

function refuse(param: string, message: string, hint: string): never {
  throw new SanjhaError('unsupported', message, { param, hint })
}

function toRequest(raw: Raw): ResponsesRequest {
  if (raw.background) refuse('background', 'Answers in the background are not offered.', 'Use `stream`.')
  if (raw.conversation !== undefined) {
    refuse('conversation', 'Conversations are not offered.', 'Use `previous_response_id`.')
  }
  if (raw.prompt !== undefined) refuse('prompt', 'Stored prompts are not offered.', 'Use `instructions` and `input`.')
  if (raw.truncation === 'auto') {
    refuse('truncation', 'A chat is never cut silently here.', 'Leave `truncation` out; what does not fit is an error.')
  }
  checkToolChoice(raw.tool_choice, raw.tools)
  const logprobs = (raw.top_logprobs ?? 0) > 0 || raw.include?.includes('message.output_text.logprobs') === true
  const format = oneFormat({ 'text.format': raw.text?.format && toFormat(raw.text.format) }, raw.tool_choice)
  return {
    model: raw.model ?? '',
    input: raw.input,
    instructions: raw.instructions,
    previousResponseId: raw.previous_response_id,
    store: raw.store ?? true,
    stream: raw.stream ?? false,
    logprobs,
    generate: (messages) => ({
      input: {
        type: 'chat',
        messages,
        ...defined({
          tools: raw.tools,
          toolChoice: raw.tool_choice,
          parallelToolCalls: raw.parallel_tool_calls,
          thinking: thinks(raw.reasoning?.effort),
        }),
      },
      sampling: raw.sampling,
      ...defined({
        maxTokens: raw.max_output_tokens,
        format,
        logprobs: logprobs ? (raw.top_logprobs ?? 0) : undefined,
      }),
    }),
    echo: echo(raw),
  }
}

function toFormat(raw: z.output<typeof textFormat>): OutputFormat {
  if (raw.type === 'json_schema') return { type: 'json-schema', schema: raw.schema, ...defined({ name: raw.name }) }
  return { type: raw.type === 'json_object' ? 'json' : 'text' }
}

/**
 * The settings that a response object repeats. Where a sampling setting was not given, OpenAI's default stands here,
 * because clients expect a number; the model's own tested default is what applies.
 */
function echo(raw: Raw): ResponsesRequest['echo'] {
  const { sampling } = raw
  const choice = raw.tool_choice ?? 'auto'
  return {
    instructions: raw.instructions ?? null,
    max_output_tokens: raw.max_output_tokens ?? null,
    max_tool_calls: null,
    parallel_tool_calls: raw.parallel_tool_calls ?? true,
    previous_response_id: raw.previous_response_id ?? null,
    prompt_cache_key: null,
    reasoning: { effort: raw.reasoning?.effort ?? null, summary: null },
    safety_identifier: null,
    service_tier: 'default',
    store: raw.store ?? true,
    temperature: sampling.temperature ?? 1,
    top_p: sampling.topP ?? 1,
    presence_penalty: sampling.presencePenalty ?? 0,
    frequency_penalty: sampling.frequencyPenalty ?? 0,
    text: { format: raw.text?.format ?? { type: 'text' } },
    tool_choice: typeof choice === 'string' ? choice : { type: 'function', name: choice.name },
    tools: (raw.tools ?? []).map((tool) => ({
      type: 'function',
      name: tool.name,
      description: tool.description ?? null,
      parameters: tool.parameters ?? null,
      strict: false,
    })),
    top_logprobs: raw.top_logprobs ?? 0,
    truncation: 'disabled',
    background: false,
    user: raw.user ?? null,
    metadata: raw.metadata ?? {},
  }
}
