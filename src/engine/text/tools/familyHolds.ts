import { AnswerParser } from '../AnswerParser.ts'
import { ReasoningParser } from '../reasoning/ReasoningParser.ts'
import { endsInside, type ReasoningTags } from '../reasoning/tags.ts'
import type { CompiledTemplate } from '../template/compileTemplate.ts'
import type { TemplateMessage, TemplateTraits } from '../template/probeTemplate.ts'
import { CallParser } from './CallParser.ts'
import type { ToolFamily } from './family.ts'

interface Subject {
  readonly template: CompiledTemplate
  readonly traits: TemplateTraits
  readonly base: { readonly bos_token: string; readonly eos_token: string }
  readonly source: string
  readonly tags: ReasoningTags | undefined
}

const tool = {
  name: 'zqtool',
  description: 'd',
  parameters: { type: 'object', properties: { zqkey: { type: 'string', description: 'd' } } },
}

/**
 * Does the family's parser read back the call that the template itself writes? A template may mention a family's words
 * and yet write calls in a way of its own.
 */
export function familyHolds(family: ToolFamily, { template, traits, base, source, tags }: Subject): boolean {
  if (traits.toolCalls === 'none') return true
  const values = { zqkey: 'zqvalue' }
  const user: TemplateMessage = { role: 'user', content: 'zquser' }
  const assistant: TemplateMessage = {
    role: 'assistant',
    content: '',
    tool_calls: [
      {
        id: 'abcdefgh1',
        type: 'function',
        function: { name: tool.name, arguments: traits.toolCalls === 'string' ? JSON.stringify(values) : values },
      },
    ],
  }
  const render = (messages: TemplateMessage[], prompt: boolean): string =>
    template.render({
      ...base,
      messages: traits.typedContent
        ? messages.map((message) => ({ ...message, content: [{ type: 'text', text: message.content }] }))
        : messages,
      tools: [{ type: 'function', function: tool }],
      add_generation_prompt: prompt,
    })
  try {
    const prompt = render([user], true)
    const whole = render([user, assistant], false)
    let common = 0
    while (common < prompt.length && prompt[common] === whole[common]) common++
    // Not in the middle of a tag with which both begin.
    while (common > 0 && !/[\n>\]]/.test(prompt[common - 1]!)) common--
    const inside = common === prompt.length && tags !== undefined && endsInside(prompt, tags)
    const syntax = family.syntax([tool], source)
    const parser = new AnswerParser(
      tags === undefined ? undefined : new ReasoningParser(tags, { inside, interrupts: syntax.openers }),
      new CallParser(syntax),
    )
    const calls = [...parser.push(whole.slice(common)), ...parser.end()].filter((piece) => piece.type === 'tool-call')
    const text = calls.map((call) => call.argumentsDelta).join('')
    return calls[0]?.name === tool.name && (JSON.parse(text) as { zqkey?: string }).zqkey === 'zqvalue'
  } catch {
    return false
  }
}
