import { literal } from '../grammar/gbnf.ts'
import type { ToolFamily } from './family.ts'
import { jsonCall, jsonCallGrammar } from './jsonTagFamily.ts'
import { MistralCallBody } from './MistralCallBody.ts'

/** Mistral: `[TOOL_CALLS]` and a JSON list, or, since 2025, `[TOOL_CALLS]name[ARGS]{…}` for each call. */
export const mistral: ToolFamily = {
  name: 'mistral',
  detect: (template) => template.includes('[TOOL_CALLS]'),
  callIds: 'mistral9',
  write: (calls) => `[TOOL_CALLS][${calls.map((call) => jsonCall(call)).join(', ')}]`,
  syntax: () => ({
    openers: ['[TOOL_CALLS]'],
    closers: [],
    newBody: () => new MistralCallBody(),
    callIds: 'mistral9',
  }),
  grammar: (context, template) => {
    const id = context.rules.add('call-id', '[A-Za-z0-9]{9}')
    if (template.includes('[ARGS]')) {
      const callId = template.includes('[CALL_ID]') ? `"[CALL_ID]" ${id} ` : ''
      return {
        call: (tool) => `${literal(`[TOOL_CALLS]${tool.name}`)} ${callId}"[ARGS]" ${context.argumentsRule(tool)}`,
        before: '',
        between: '',
        after: '',
      }
    }
    return {
      call: (tool) => `${jsonCallGrammar(context, tool).replace(/ "\}"$/, '')} (", \\"id\\": \\"" ${id} "\\"")? "}"`,
      before: '"[TOOL_CALLS]["',
      between: '", "',
      after: '"]"',
    }
  },
  triggers: ['[TOOL_CALLS]'],
}
