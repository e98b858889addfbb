import { z } from 'zod'
import type { GenerateInput, GenerateRequest, Sampling, ToolChoice } from '../../engine/index.ts'
import { oneFormat } from '../http/oneFormat.ts'
import { oneValue } from '../http/oneValue.ts'
import { defined, optional, stopStrings, tokenLimit } from '../http/schema.ts'
import { formatFields, responseFormat, structuredOutputs } from './format.ts'
import { reasoningEffort, thinks } from './reasoning.ts'
import { samplingFields, samplingNames } from './sampling.ts'
import { chatTools, checkToolChoice, toolChoice } from './tools.ts'

/** Of the fields of a chat completion, those that say how an answer shall be, besides the sampling parameters. */
const fields = z.object({
  max_tokens: optional(tokenLimit).meta({
    description: 'The answer is cut off after so many tokens. Absent: when the context is full.',
  }),
  max_completion_tokens: optional(tokenLimit).meta({ description: 'OpenAI’s newer name for `max_tokens`.' }),
  stop: optional(stopStrings),
  response_format: optional(responseFormat),
  structured_outputs: optional(structuredOutputs),
  grammar: optional(z.string().min(1)).meta({ description: 'GBNF.' }),
  tools: optional(chatTools),
  tool_choice: optional(toolChoice),
  parallel_tool_calls: optional(z.boolean()).meta({ description: 'Whether one answer may call several tools.' }),
  reasoning_effort: optional(reasoningEffort),
  chat_template_kwargs: optional(z.object({ enable_thinking: optional(z.boolean()) })),
  ignore_eos: optional(z.boolean()).meta({ description: 'Goes on although the model ends, until `max_tokens`.' }),
  cache_prompt: optional(z.boolean()).meta({ description: 'False: what the model has read before is read again.' }),
})

type RawSettings = z.output<typeof fields> & { readonly sampling: Sampling }
type ChatInput = Extract<GenerateInput, { type: 'chat' }>

/** How an answer shall be, in our own words. */
export interface ChatSettings {
  readonly generate: Omit<GenerateRequest, 'input'> & { readonly sampling: Sampling }
  readonly chat: Omit<ChatInput, 'type' | 'messages' | 'continueLast'>
  /** The field by which the request says whether to think. */
  readonly thinkingField: string
}

/** Of a request. Errors: `invalid_request` for fields that exclude each other. */
export const chatSettings: z.ZodType<{ readonly settings: ChatSettings }> = z
  .intersection(fields, samplingFields)
  .transform((raw) => ({ settings: toChatSettings(raw) }))

function toChatSettings(raw: RawSettings): ChatSettings {
  checkToolChoice(raw.tool_choice, raw.tools)
  const enableThinking = raw.chat_template_kwargs?.enable_thinking
  return {
    generate: {
      sampling: raw.sampling,
      ...defined({
        maxTokens: oneValue({ max_completion_tokens: raw.max_completion_tokens, max_tokens: raw.max_tokens }),
        stop: raw.stop,
        format: oneFormat(formatFields(raw), raw.tool_choice),
        ignoreEnd: raw.ignore_eos,
        cachePrompt: raw.cache_prompt,
      }),
    },
    chat: defined({
      tools: raw.tools,
      toolChoice: raw.tool_choice as ToolChoice | undefined,
      parallelToolCalls: raw.parallel_tool_calls,
      thinking: enableThinking ?? thinks(raw.reasoning_effort),
    }),
    thinkingField: enableThinking === undefined ? 'reasoning_effort' : 'chat_template_kwargs',
  }
}

/** The settings of a request that are kept, and what they mean. */
export interface KeptSettings {
  /** As they came. */
  readonly raw: Readonly<Record<string, unknown>>
  readonly settings: ChatSettings
}

const known: ReadonlySet<string> = new Set([...Object.keys(fields.shape), ...samplingNames])

/** The same fields as an object of their own. One that is not known is refused: it would have no effect. */
export const keptSettings: z.ZodType<KeptSettings> = z
  .intersection(
    z
      .record(z.string(), z.unknown())
      .superRefine((raw, context) => {
        for (const name of Object.keys(raw)) {
          if (!known.has(name)) context.addIssue({ code: 'custom', path: [name], message: 'there is no such setting' })
        }
      })
      .transform((raw) => ({ raw })),
    chatSettings,
  )
  .meta({ description: 'As `/v1/chat/completions` takes them: temperature, max_tokens, response_format and so on.' })
