import type { Tool, ToolCall } from '../../contract.ts'
import type { ToolFamily } from './family.ts'

const example: ToolCall = { id: '', name: 'tool_name', arguments: '{"argument": "value"}' }

/** Explains the tools to a model whose template has no place for them. */
export function genericToolPrompt(tools: readonly Tool[], family: ToolFamily, required: boolean): string {
  const list = tools.map((tool) =>
    JSON.stringify({
      name: tool.name,
      ...(tool.description !== undefined && { description: tool.description }),
      parameters: tool.parameters ?? { type: 'object', properties: {} },
    }),
  )
  return [
    'You can call these tools (their arguments are described by JSON schemas):',
    ...list,
    '',
    `${required ? 'You must call a tool now.' : 'Call a tool when it helps; otherwise answer as usual.'} To call one, write exactly this form and nothing else:`,
    family.write([example]),
  ].join('\n')
}
