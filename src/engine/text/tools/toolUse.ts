import { SanjhaError } from '../../../core/index.ts'
import type { Tool } from '../../contract.ts'
import type { ChatInput } from '../contract.ts'

/** Which tools the model is told of, and whether it must call one. */
export interface ToolUse {
  readonly tools: readonly Tool[]
  readonly required: boolean
  readonly single: boolean
}

/**
 * What a request's tools and choice come to.
 * @throws SanjhaError `invalid_request` when a call is asked for that cannot be.
 */
export function toolUse(input: ChatInput): ToolUse {
  const { tools = [], toolChoice = 'auto', parallelToolCalls = true } = input
  if (toolChoice === 'none' || tools.length === 0) {
    if (toolChoice !== 'none' && toolChoice !== 'auto') {
      throw new SanjhaError('invalid_request', 'A tool call is required, but the request offers no tools.', {
        param: 'tool_choice',
      })
    }
    return { tools: [], required: false, single: true }
  }
  const single = !parallelToolCalls
  if (typeof toolChoice !== 'object') return { tools, required: toolChoice === 'required', single }
  const chosen = tools.filter((tool) => tool.name === toolChoice.name)
  if (chosen.length === 0) {
    throw new SanjhaError(
      'invalid_request',
      `The tool "${toolChoice.name}" is to be called, but it is not among the tools.`,
      {
        param: 'tool_choice',
      },
    )
  }
  // Naming a tool asks for one call of it.
  return { tools: chosen, required: true, single: true }
}

const propertiesOf = (tool: Tool): unknown =>
  (typeof tool.parameters === 'object' ? tool.parameters['properties'] : undefined) ?? {}

/** A tool in the shape that templates expect. */
export const openAiTool = (tool: Tool): unknown => ({
  type: 'function',
  function: {
    name: tool.name,
    description: tool.description ?? '',
    // Templates go through `properties` without asking whether there are any.
    parameters: {
      type: 'object',
      ...(typeof tool.parameters === 'object' && tool.parameters),
      properties: propertiesOf(tool),
    },
  },
})
