import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { Tool, ToolChoice } from '../../engine/index.ts'
import { defined, jsonSchema, optional } from '../http/schema.ts'

const functionName = z.string().min(1).max(128)

/** `tools` of the chat API. */
export const chatTools: z.ZodType<readonly Tool[]> = z.array(
  z
    .object({
      type: z.literal('function'),
      function: z.object({
        name: functionName,
        description: optional(z.string()),
        parameters: optional(jsonSchema),
      }),
    })
    .transform(
      ({ function: f }): Tool => ({
        name: f.name,
        ...defined({ description: f.description, parameters: f.parameters }),
      }),
    ),
)

/** `tools` of the Responses API. */
export const responseTools: z.ZodType<readonly Tool[]> = z.array(
  z
    .object({
      type: z.literal('function', { error: 'only tools of the type "function" run here' }),
      name: functionName,
      description: optional(z.string()),
      parameters: optional(jsonSchema),
    })
    .transform((f): Tool => ({ name: f.name, ...defined({ description: f.description, parameters: f.parameters }) })),
)

/** `tool_choice` of both APIs. */
export const toolChoice: z.ZodType<ToolChoice> = z.union([
  z.enum(['none', 'auto', 'required']),
  z
    .object({ type: z.literal('function'), function: z.object({ name: functionName }) })
    .transform((raw) => raw.function),
  z.object({ type: z.literal('function'), name: functionName }).transform(({ name }) => ({ name })),
])

/** Refuses a choice that the tools cannot satisfy. Errors: `invalid_request`. */
export function checkToolChoice(choice: ToolChoice | undefined, tools: readonly Tool[] | undefined): void {
  if (choice === undefined || choice === 'none' || choice === 'auto') return
  const refuse = (message: string): never => {
    throw new SanjhaError('invalid_request', message, { param: 'tool_choice' })
  }
  if (tools === undefined || tools.length === 0) refuse('`tool_choice` asks for a tool, but `tools` has none.')
  if (choice !== 'required' && !tools!.some((tool) => tool.name === choice.name)) {
    refuse(`\`tool_choice\` names the tool ${JSON.stringify(choice.name)}, which is not among \`tools\`.`)
  }
}
