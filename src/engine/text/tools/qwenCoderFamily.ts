import type { JsonSchema, Tool, ToolCall } from '../../contract.ts'
import { addTextWithout, literal, type RuleSet } from '../grammar/gbnf.ts'
import type { CallGrammarContext, ToolFamily } from './family.ts'
import { TaggedCallBody } from './TaggedCallBody.ts'

function writeArguments(text: string): string {
  let values: unknown
  try {
    values = JSON.parse(text === '' ? '{}' : text)
  } catch {
    return text
  }
  if (typeof values !== 'object' || values === null) return text
  return Object.entries(values)
    .map(([key, value]) => {
      const shown = typeof value === 'string' ? value : JSON.stringify(value)
      return `<parameter=${key}>\n${shown}\n</parameter>\n`
    })
    .join('')
}

const writeCall = (call: ToolCall): string =>
  `<tool_call>\n<function=${call.name}>\n${writeArguments(call.arguments)}</function>\n</tool_call>`

/** A parameter's value: texts as they are (of their constraints only `enum` and the lengths hold), everything else as JSON. */
function valueRule(context: CallGrammarContext, schema: JsonSchema, plainText: () => string): string {
  if (typeof schema !== 'object' || schema['type'] !== 'string') {
    const rule = context.argumentsRule({ name: 'value', parameters: schema })
    return rule
  }
  const { enum: values, minLength, maxLength } = schema as { enum?: unknown; minLength?: number; maxLength?: number }
  const texts = Array.isArray(values) ? values.filter((value) => typeof value === 'string') : []
  if (texts.length > 0) return context.rules.add('choice', texts.map(literal).join(' | '))
  // Counting and watching for the closing tag at once would need a rule per character; without "<" there is no tag.
  return minLength === undefined && maxLength === undefined
    ? plainText()
    : context.rules.add('text', context.rules.repeat('[^<]', minLength ?? 0, maxLength))
}

function callGrammar(context: CallGrammarContext, tool: Tool, plainText: (rules: RuleSet) => string): string {
  const schema = tool.parameters
  const properties =
    typeof schema === 'object' ? ((schema['properties'] ?? {}) as { readonly [name: string]: JsonSchema }) : {}
  const required =
    typeof schema === 'object' && Array.isArray(schema['required']) ? (schema['required'] as string[]) : []
  const parameters = Object.entries(properties).map(([name, property]) => {
    const value = valueRule(context, property, () => plainText(context.rules))
    const rule = context.rules.add('parameter', `${literal(`<parameter=${name}>\n`)} ${value} "\\n</parameter>\\n"`)
    return required.includes(name) ? rule : `${rule}?`
  })
  return `${literal(`<tool_call>\n<function=${tool.name}>\n`)} ${parameters.join(' ')} "</function>\\n</tool_call>"`
}

/** Qwen3-Coder, Qwen 3.5 and others: the arguments in tags instead of JSON. */
export const qwenCoder: ToolFamily = {
  name: 'qwen-coder',
  detect: (template) =>
    template.includes('<function=') && template.includes('<parameter=') && template.includes('<tool_call>'),
  callIds: 'call',
  write: (calls) => calls.map(writeCall).join('\n'),
  syntax: (tools) => ({
    openers: ['<tool_call>'],
    closers: ['</tool_call>'],
    newBody: () => new TaggedCallBody(new Map(tools.map((tool) => [tool.name, tool.parameters]))),
    callIds: 'call',
  }),
  grammar: (context) => {
    let text: string | undefined
    return {
      call: (tool) => callGrammar(context, tool, (rules) => (text ??= addTextWithout(rules, '\n</parameter>'))),
      before: '',
      between: '"\\n"',
      after: '',
    }
  },
  triggers: ['<tool_call>'],
}
