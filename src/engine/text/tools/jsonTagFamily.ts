import type { Tool, ToolCall } from '../../contract.ts'
import { literal } from '../grammar/gbnf.ts'
import type { CallGrammarContext, ToolFamily } from './family.ts'
import { JsonCallBody } from './JsonCallBody.ts'

/** `{"name": …, "arguments": …}` with the arguments as they are. */
export function jsonCall(call: ToolCall, argumentsKey = 'arguments'): string {
  return `{"name": ${JSON.stringify(call.name)}, "${argumentsKey}": ${call.arguments === '' ? '{}' : call.arguments}}`
}

/** GBNF of the same. */
export function jsonCallGrammar(context: CallGrammarContext, tool: Tool, argumentsKey = 'arguments'): string {
  return `${literal(`{"name": ${JSON.stringify(tool.name)}, "${argumentsKey}": `)} ${context.argumentsRule(tool)} "}"`
}

export const namesOf = (tools: readonly Tool[]): ReadonlySet<string> => new Set(tools.map((tool) => tool.name))

const tagged = {
  callIds: 'call',
  write: (calls: readonly ToolCall[]): string =>
    calls.map((call) => `<tool_call>\n${jsonCall(call)}\n</tool_call>`).join('\n'),
  grammar: (context: CallGrammarContext) => ({
    call: (tool: Tool): string => `"<tool_call>\\n" ${jsonCallGrammar(context, tool)} "\\n</tool_call>"`,
    before: '',
    between: '"\\n"',
    after: '',
  }),
  triggers: ['<tool_call>'],
} as const

/** Hermes, Qwen 2.5 and 3, Granite 4: `<tool_call>` around a JSON object. */
export const hermes: ToolFamily = {
  ...tagged,
  name: 'hermes',
  detect: (template) => template.includes('<tool_call>') && !template.includes('<arg_key>'),
  syntax: () => ({
    openers: ['<tool_call>'],
    closers: ['</tool_call>'],
    newBody: () => new JsonCallBody(),
    callIds: 'call',
  }),
}

/** For models that were not taught any form, or one that is not known here: the tools are explained to them. */
export const generic: ToolFamily = {
  ...tagged,
  name: 'generic',
  detect: () => true,
  syntax: (tools) => ({
    openers: ['<tool_call>'],
    closers: ['</tool_call>'],
    bareStarts: '{',
    newBody: () => new JsonCallBody(),
    newBareBody: () => new JsonCallBody({ names: namesOf(tools) }),
    callIds: 'call',
  }),
}

/** Granite 3: a JSON list behind `<|tool_call|>`. */
export const granite3: ToolFamily = {
  name: 'granite3',
  detect: (template) => template.includes('<|tool_call|>') && template.includes('<|start_of_role|>'),
  callIds: 'call',
  write: (calls) => `<|tool_call|>[${calls.map((call) => jsonCall(call)).join(', ')}]`,
  syntax: () => ({
    openers: ['<|tool_call|>', '<tool_call>'],
    closers: ['</tool_call>'],
    newBody: () => new JsonCallBody(),
    callIds: 'call',
  }),
  grammar: (context) => ({
    call: (tool) => jsonCallGrammar(context, tool),
    before: '"<|tool_call|>["',
    between: '", "',
    after: '"]"',
  }),
  triggers: ['<|tool_call|>'],
  reminder:
    'You can use the available tools. When one is needed, answer with <|tool_call|> and then a JSON list of calls, each {"name": …, "arguments": {…}}, and nothing else.',
}
