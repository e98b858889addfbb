import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { OutputFormat } from '../../engine/index.ts'
import { defined, jsonSchema, optional } from '../http/schema.ts'

/** `response_format` of the chat API. */
export const responseFormat: z.ZodType<OutputFormat> = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('text') }),
    z.object({ type: z.literal('json_object') }),
    z.object({
      type: z.literal('json_schema'),
      json_schema: z.object({ name: optional(z.string()), strict: optional(z.boolean()), schema: jsonSchema }),
    }),
  ])
  .transform((raw): OutputFormat => {
    switch (raw.type) {
      case 'text':
        return { type: 'text' }
      case 'json_object':
        return { type: 'json' }
      case 'json_schema':
        return { type: 'json-schema', schema: raw.json_schema.schema, ...defined({ name: raw.json_schema.name }) }
    }
  })

/** `structured_outputs` as vLLM has it: a JSON Schema, a choice of texts, or a grammar (GBNF). */
export const structuredOutputs: z.ZodType<OutputFormat> = z
  .object({
    json: optional(jsonSchema),
    choice: optional(z.array(z.string()).min(1)),
    grammar: optional(z.string().min(1)),
    regex: optional(z.unknown()),
    structural_tag: optional(z.unknown()),
  })
  .transform((raw): OutputFormat => {
    if (raw.json !== undefined) return { type: 'json-schema', schema: raw.json }
    if (raw.grammar !== undefined) return { type: 'grammar', grammar: raw.grammar }
    if (raw.choice !== undefined) return { type: 'grammar', grammar: choiceGrammar(raw.choice) }
    throw new SanjhaError('unsupported', '`structured_outputs` asks for a form that this server does not know.', {
      param: 'structured_outputs',
      hint: 'Use json, choice or grammar.',
    })
  })

/** GBNF that allows exactly these texts. */
export function choiceGrammar(choices: readonly string[]): string {
  return `root ::= ${choices.map((text) => JSON.stringify(text)).join(' | ')}`
}
