import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import { choiceGrammar, type OutputFormat } from '../../engine/index.ts'
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
    const [first, other] = Object.keys(defined(raw))
    if (first !== undefined && other !== undefined) {
      const both = `\`structured_outputs.${first}\` and \`structured_outputs.${other}\``
      throw new SanjhaError('invalid_request', `${both} exclude each other: an answer has one form.`, {
        param: `structured_outputs.${first}`,
        hint: 'Give one of them.',
      })
    }
    if (raw.json !== undefined) return { type: 'json-schema', schema: raw.json }
    if (raw.grammar !== undefined) return { type: 'grammar', grammar: raw.grammar }
    if (raw.choice !== undefined) return { type: 'grammar', grammar: choiceGrammar(raw.choice) }
    throw new SanjhaError('unsupported', '`structured_outputs` asks for a form that this server does not know.', {
      param: 'structured_outputs',
      hint: 'Use json, choice or grammar.',
    })
  })

/** What each field of a request says about the form of the answer, by the field's name. */
export function formatFields(raw: {
  readonly response_format?: OutputFormat | undefined
  readonly structured_outputs?: OutputFormat | undefined
  readonly grammar?: string | undefined
}): Readonly<Record<string, OutputFormat | undefined>> {
  const { response_format, structured_outputs, grammar } = raw
  return {
    response_format,
    structured_outputs,
    grammar: grammar === undefined ? undefined : { type: 'grammar', grammar },
  }
}
