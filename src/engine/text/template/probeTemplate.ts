import type { CompiledTemplate } from './compileTemplate.ts'

/** A message in the shape that Hugging Face templates expect (OpenAI's, with arguments as an object). */
export interface TemplateMessage {
  role: string
  content: string | { type: 'text'; text: string }[]
  reasoning_content?: string
  tool_calls?: {
    id: string
    type: 'function'
    function: { name: string; arguments: unknown }
  }[]
  tool_call_id?: string
  name?: string
}

/** What a template can take, found out by trying. */
export interface TemplateTraits {
  readonly system: boolean
  /** The system message is also shown when the last message is not the user's. */
  readonly systemAlways: boolean
  /** A system message may stand between others. */
  readonly laterSystem: boolean
  /** Two messages of one role in a row are refused. */
  readonly alternates: boolean
  /** Content must be a list of parts. */
  readonly typedContent: boolean
  readonly tools: boolean
  /** Loops over `tools` even when there are none. */
  readonly toolsAlways: boolean
  /** How an assistant's calls are taken: arguments as an object, as JSON text, or not at all. */
  readonly toolCalls: 'object' | 'string' | 'none'
  /** Several calls in one message. */
  readonly severalCalls: boolean
  readonly toolRole: boolean
}

const mark = (name: string): string => `zq${name}qz`
const user = (text = mark('user')): TemplateMessage => ({ role: 'user', content: text })
const probeTool = {
  type: 'function',
  function: {
    name: mark('tool'),
    description: 'd',
    parameters: { type: 'object', properties: { p: { type: 'string', description: 'd' } }, required: ['p'] },
  },
}
// Nine alphanumeric characters: the only form that Mistral's templates take.
const call = (name: string, args: unknown, id = 'abcdefgh1'): TemplateMessage['tool_calls'] => [
  { id, type: 'function', function: { name, arguments: args } },
]

/** @throws SanjhaError when not even one user message can be rendered. */
export function probeTemplate(
  template: CompiledTemplate,
  base: { readonly bos_token: string; readonly eos_token: string },
): TemplateTraits {
  let toolsAlways = false
  let typedContent = false
  const render = (messages: TemplateMessage[], tools?: unknown[]): string =>
    template.render({
      ...base,
      messages: typedContent
        ? messages.map((message) => ({ ...message, content: [{ type: 'text', text: message.content }] }))
        : messages,
      tools: tools ?? (toolsAlways ? [] : undefined),
      add_generation_prompt: true,
    })
  const shows = (messages: TemplateMessage[], marks: string[], tools?: unknown[]): boolean => {
    try {
      const text = render(messages, tools)
      return marks.every((word) => text.includes(word))
    } catch {
      return false
    }
  }

  if (!shows([user()], [mark('user')])) {
    toolsAlways = true
    if (!shows([user()], [mark('user')])) {
      toolsAlways = false
      typedContent = true
      if (!shows([user()], [mark('user')])) {
        typedContent = false
        render([user()])
      }
    }
  }
  const assistant: TemplateMessage = { role: 'assistant', content: mark('assistant') }
  const system: TemplateMessage = { role: 'system', content: mark('system') }
  const withCalls = (calls: TemplateMessage['tool_calls']): TemplateMessage[] => [
    user(),
    { role: 'assistant', content: '', tool_calls: calls! },
  ]
  const tools = shows([user()], [mark('user'), mark('tool')], [probeTool])
  const argumentMarks = [mark('call'), `"${mark('key')}"`, `"${mark('value')}"`]
  const argumentObject = { [mark('key')]: mark('value') }
  // Some families write each argument in tags of its own instead of JSON.
  const tagMarks = [mark('call'), mark('key'), mark('value')]
  const asObject = withCalls(call(mark('call'), argumentObject))
  const asString = withCalls(call(mark('call'), JSON.stringify(argumentObject)))
  const showsAny = (messages: TemplateMessage[], ...alternatives: string[][]): boolean =>
    [[probeTool], undefined].some((list) => alternatives.some((marks) => shows(messages, marks, list)))
  const toolCalls = showsAny(asObject, argumentMarks, tagMarks)
    ? 'object'
    : showsAny(asString, argumentMarks)
      ? 'string'
      : 'none'
  const shape = (value: string): unknown => (toolCalls === 'string' ? JSON.stringify({ k: value }) : { k: value })
  const severalCalls = showsAny(
    withCalls([...call(mark('call'), shape('1'))!, ...call(mark('other'), shape('2'), 'abcdefgh2')!]),
    [mark('call'), mark('other')],
  )
  const toolRole = showsAny(
    [
      ...(toolCalls === 'none' ? [user(), assistant] : withCalls(call(mark('call'), shape('1')))),
      { role: 'tool', content: mark('result'), tool_call_id: 'abcdefgh1', name: mark('call') },
    ],
    [mark('result')],
  )
  const afterCalls: TemplateMessage[] = [
    ...(toolCalls === 'none' ? [user(), assistant] : withCalls(call(mark('call'), shape('1')))),
    ...(toolRole ? [{ role: 'tool', content: 'r', tool_call_id: 'abcdefgh1', name: mark('call') }] : []),
  ]
  return {
    systemAlways: shows([system, ...afterCalls], [mark('system')]),
    system: shows([system, user()], [mark('system'), mark('user')]),
    laterSystem: shows([user(), assistant, system, user(mark('last'))], [mark('system'), mark('last')]),
    alternates: !shows([user(), user(mark('second'))], [mark('user'), mark('second')]),
    typedContent,
    tools,
    toolsAlways,
    toolCalls,
    severalCalls,
    toolRole,
  }
}
