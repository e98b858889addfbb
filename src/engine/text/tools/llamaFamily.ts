import type { ToolFamily } from './family.ts'
import { JsonCallBody } from './JsonCallBody.ts'
import { jsonCall, jsonCallGrammar, namesOf } from './jsonTagFamily.ts'

/** Llama 3: the answer is a bare JSON object, sometimes behind `<|python_tag|>`; several are joined with a semicolon. */
export const llama: ToolFamily = {
  name: 'llama3',
  detect: (template) =>
    template.includes('<|start_header_id|>') && template.includes('ipython') && template.includes('"parameters"'),
  callIds: 'call',
  write: (calls) => calls.map((call) => jsonCall(call, 'parameters')).join('; '),
  syntax: (tools) => ({
    openers: ['<|python_tag|>'],
    closers: [],
    separators: [';'],
    bareStarts: '{',
    // Behind the tag there may also be Python, which is text here: only the tools that were offered are calls.
    newBody: () => new JsonCallBody({ names: namesOf(tools) }),
    callIds: 'call',
  }),
  grammar: (context) => ({
    call: (tool) => jsonCallGrammar(context, tool, 'parameters'),
    before: '"<|python_tag|>"?',
    between: '"; "',
    after: '',
  }),
  triggers: ['<|python_tag|>'],
}
