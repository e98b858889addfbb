import { SanjhaError } from '../../core/index.ts'
import type { ChatMessage, OutputFormat, Tool } from '../contract.ts'
import { AnswerParser } from './AnswerParser.ts'
import { answerGrammar } from './answerGrammar.ts'
import type { ChatFormat, ChatFormatOptions, ChatInput, RenderedChat } from './contract.ts'
import { normalizeMessages } from './messages/normalizeMessages.ts'
import { ReasoningParser } from './reasoning/ReasoningParser.ts'
import { detectReasoning, endsClosed, endsInside, type ReasoningTags } from './reasoning/tags.ts'
import { type CompiledTemplate, compileTemplate } from './template/compileTemplate.ts'
import { defaultTemplate } from './template/defaultTemplates.ts'
import { probeTemplate, type TemplateMessage, type TemplateTraits } from './template/probeTemplate.ts'
import { turnEnds } from './template/turnEnds.ts'
import { withoutSystem } from './template/withoutSystem.ts'
import { CallParser } from './tools/CallParser.ts'
import { detectFamily, generic } from './tools/families.ts'
import type { ToolFamily } from './tools/family.ts'
import { familyHolds } from './tools/familyHolds.ts'
import { genericToolPrompt } from './tools/genericToolPrompt.ts'

interface Loaded {
  readonly template: CompiledTemplate
  readonly traits: TemplateTraits
  readonly family: ToolFamily
}

/** Which tools the model is told of, and whether it must call one. */
interface ToolUse {
  readonly tools: readonly Tool[]
  readonly required: boolean
  readonly single: boolean
}

function toolUse(input: ChatInput): ToolUse {
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

const openAiTool = (tool: Tool): unknown => ({
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

/** Splits off the assistant's message that is to be continued. */
function splitLast(input: ChatInput): { messages: readonly ChatMessage[]; text?: string; reasoning?: string } {
  if (input.continueLast !== true) return { messages: input.messages }
  const last = input.messages.at(-1)
  if (last?.role !== 'assistant' || (last.toolCalls ?? []).length > 0) {
    throw new SanjhaError(
      'invalid_request',
      'To be continued, the last message must be the assistant’s own text, without tool calls.',
      { param: 'messages' },
    )
  }
  return {
    messages: input.messages.slice(0, -1),
    text: last.content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    ...(last.reasoning !== undefined && { reasoning: last.reasoning }),
  }
}

/** Continues the assistant's turn with what it has said already. */
function withPrefill(
  prompt: string,
  text: string,
  reasoning: string | undefined,
  tags: ReasoningTags | undefined,
): string {
  if (tags === undefined) return prompt + text
  const inside = endsInside(prompt, tags)
  const thought = reasoning ?? ''
  if (thought === '' && !inside) return prompt + text
  const opened = inside ? prompt : `${prompt}${tags.open}\n`
  return text === '' ? opened + thought : `${opened}${thought}\n${tags.close}\n\n${text}`
}

/**
 * How a model's chats are written and its answers read, from its own template.
 *
 * A faulty template does not fail here but when a chat is rendered, since a model may also be used without chats.
 */
export function createChatFormat(options: ChatFormatOptions): ChatFormat {
  const fallback = options.template === null ? defaultTemplate(options.architecture) : undefined
  const source = options.template ?? fallback!.template
  const tags = detectReasoning(source)
  const base = { bos_token: options.bosToken, eos_token: options.eosToken }
  const ends = turnEnds(source, options.eosToken)
  let loaded: Loaded | SanjhaError
  try {
    const template = compileTemplate(source, options.now)
    const traits = probeTemplate(template, base)
    const detected = detectFamily(source)
    const family = familyHolds(detected, { template, traits, base, source, tags }) ? detected : generic
    // In the generic form the template's own way of showing calls would contradict what the model is told.
    loaded = {
      template,
      family,
      traits: family === generic ? { ...traits, tools: false, toolCalls: 'none', toolRole: false } : traits,
    }
  } catch (error) {
    loaded = SanjhaError.from(error)
  }

  function prompt(
    { template, traits, family }: Loaded,
    input: ChatInput,
    messages: readonly ChatMessage[],
    use: ToolUse,
  ): { prompt: string; bos: boolean } {
    const native = traits.tools
    const told = input.toolChoice === 'none' ? [] : use.tools
    const extra = !native && told.length > 0 ? genericToolPrompt(told, family, use.required) : undefined
    const given = options.defaultSystem
    const hasSystem = messages.some((message) => message.role === 'system')
    const system: ChatMessage[] =
      !hasSystem && given !== undefined && given !== ''
        ? [{ role: 'system', content: [{ type: 'text', text: given }] }]
        : []
    const reminder =
      native && told.length > 0 && (hasSystem || system.length > 0) && family.reminder !== undefined
        ? family.reminder
        : extra
    const render = (shaped: readonly TemplateMessage[], tools: readonly Tool[]): string =>
      template.render({
        ...base,
        messages: shaped,
        tools: native && tools.length > 0 ? tools.map(openAiTool) : traits.toolsAlways ? [] : undefined,
        add_generation_prompt: true,
        ...(input.thinking !== undefined && { enable_thinking: input.thinking, thinking: input.thinking }),
      })
    const shaped = normalizeMessages(
      [...system, ...messages],
      traits,
      { callIds: family.callIds, writeCalls: family.write },
      reminder,
    )
    const wantsNone = given === '' && !hasSystem && reminder === undefined
    const inFront = (texts: readonly string[]): TemplateMessage[] => [
      ...texts.map(
        (content): TemplateMessage => ({
          role: 'system',
          content: traits.typedContent ? [{ type: 'text', text: content }] : content,
        }),
      ),
      ...shaped,
    ]
    let text = wantsNone
      ? withoutSystem(
          (texts) => render(inFront(texts), told),
          (texts) => render(inFront(texts), []),
        )
      : render(shaped, told)
    let bos = false
    while (options.bosToken !== '' && text.startsWith(options.bosToken)) {
      text = text.slice(options.bosToken.length)
      bos = true
    }
    return { prompt: text, bos }
  }

  return {
    supportsTools: !SanjhaError.is(loaded) && options.template !== null,
    supportsThinking: tags !== undefined,
    family:
      fallback !== undefined
        ? `${fallback.name} (the model has no template of its own)`
        : SanjhaError.is(loaded)
          ? 'none (the template cannot be used)'
          : loaded.family.name,
    render(input, renderOptions = {}): RenderedChat {
      if (SanjhaError.is(loaded)) throw loaded
      const { family } = loaded
      const use = toolUse(input)
      const { messages, text, reasoning } = splitLast(input)
      if (messages.length === 0 && text === undefined) {
        throw new SanjhaError('invalid_request', 'A chat needs at least one message.', { param: 'messages' })
      }
      const rendered = prompt(loaded, input, messages, use)
      const whole = text === undefined ? rendered.prompt : withPrefill(rendered.prompt, text, reasoning, tags)
      const inside = tags !== undefined && (text === undefined || text === '') && insideOf(whole, tags, reasoning)
      const thinks = tags !== undefined && (text === undefined || text === '') && !endsClosed(whole, tags)
      const newCalls = (): CallParser | undefined =>
        use.tools.length === 0 ? undefined : new CallParser({ ...family.syntax(use.tools, source), single: use.single })
      const grammar = answerGrammar({
        format: renderOptions.format satisfies OutputFormat | undefined,
        tools: use.tools,
        callRequired: use.required,
        single: use.single,
        family,
        template: source,
        reasoning: thinks && (inside || input.thinking !== false) ? tags : undefined,
        inside,
      })
      const interrupts = use.tools.length === 0 ? [] : family.syntax(use.tools, source).openers
      return {
        prompt: whole,
        bos: rendered.bos,
        stop: ends,
        ...(grammar !== undefined && { grammar }),
        newParser: () =>
          new AnswerParser(thinks ? new ReasoningParser(tags!, { inside, interrupts }) : undefined, newCalls()),
      }
    },
  }
}

/** A prefill of reasoning alone leaves the model inside it as well. */
function insideOf(prompt: string, tags: ReasoningTags, reasoning: string | undefined): boolean {
  return endsInside(prompt, tags) || (reasoning !== undefined && reasoning !== '')
}
