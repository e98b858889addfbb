import { SanjhaError } from '../../core/index.ts'
import type { ChatMessage, OutputFormat, Tool } from '../contract.ts'
import { AnswerParser } from './AnswerParser.ts'
import { answerGrammar } from './answerGrammar.ts'
import type { ChatFormat, ChatFormatOptions, ChatInput, RenderedChat } from './contract.ts'
import { literalRanges, type Range } from './messages/literalRanges.ts'
import { normalizeMessages } from './messages/normalizeMessages.ts'
import { insideOf, splitLast, withPrefill } from './messages/prefill.ts'
import { ReasoningParser } from './reasoning/ReasoningParser.ts'
import { detectReasoning, endsClosed } from './reasoning/tags.ts'
import { type CompiledTemplate, compileTemplate } from './template/compileTemplate.ts'
import { defaultTemplate } from './template/defaultTemplates.ts'
import { probeTemplate, type TemplateMessage, type TemplateTraits } from './template/probeTemplate.ts'
import { turnEnds } from './template/turnEnds.ts'
import { learnWithoutSystem, type WithoutSystem } from './template/withoutSystem.ts'
import { CallParser } from './tools/CallParser.ts'
import { detectFamily, generic } from './tools/families.ts'
import type { ToolFamily } from './tools/family.ts'
import { familyHolds } from './tools/familyHolds.ts'
import { genericToolPrompt } from './tools/genericToolPrompt.ts'
import { openAiTool, type ToolUse, toolUse } from './tools/toolUse.ts'

interface Loaded {
  readonly template: CompiledTemplate
  readonly traits: TemplateTraits
  readonly family: ToolFamily
  /** Learned when it is first needed. */
  readonly withoutSystem: () => WithoutSystem
}

interface Prompt {
  readonly prompt: string
  readonly bos: boolean
  readonly literals: readonly Range[]
}

/** Says whose template it is. */
function named(error: SanjhaError, name: string | undefined): SanjhaError {
  if (name === undefined || name === '') return error
  return SanjhaError.fromJSON({ ...error.toJSON(), message: error.message.replace('The model’s', `${name}’s`) })
}

const contentFor = (traits: TemplateTraits, text: string): TemplateMessage['content'] =>
  traits.typedContent ? [{ type: 'text', text }] : text

const systemMessages = (texts: readonly string[], traits: TemplateTraits): TemplateMessage[] =>
  texts.map((text) => ({ role: 'system', content: contentFor(traits, text) }))

const isEmptySystem = (message: ChatMessage): boolean =>
  message.role === 'system' && message.content.every((part) => part.type === 'text' && part.text === '')

const probeChat = (traits: TemplateTraits): TemplateMessage[] => [
  { role: 'user', content: contentFor(traits, 'zquserqz') },
]

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
  const ends = turnEnds(source)
  let loaded: Loaded | SanjhaError
  try {
    const template = compileTemplate(source, options.now)
    const traits = probeTemplate(template, base)
    const detected = detectFamily(source)
    const family = familyHolds(detected, { template, traits, base, source, tags }) ? detected : generic
    // In the generic form the template's own way of showing calls would contradict what the model is told.
    const plain = (messages: readonly TemplateMessage[]): string =>
      template.render({ ...base, messages, tools: traits.toolsAlways ? [] : undefined, add_generation_prompt: true })
    let withoutSystem: WithoutSystem | undefined
    loaded = {
      template,
      family,
      withoutSystem: () => {
        withoutSystem ??= learnWithoutSystem((texts) => plain([...systemMessages(texts, traits), ...probeChat(traits)]))
        return withoutSystem
      },
      traits: family === generic ? { ...traits, tools: false, toolCalls: 'none', toolRole: false } : traits,
    }
  } catch (error) {
    loaded = named(SanjhaError.from(error), options.modelName)
  }

  function prompt(
    { template, traits, family, withoutSystem }: Loaded,
    input: ChatInput,
    all: readonly ChatMessage[],
    use: ToolUse,
    useTemplate: boolean,
  ): Prompt {
    const native = traits.tools && useTemplate
    const told = input.toolChoice === 'none' ? [] : use.tools
    const extra = !native && told.length > 0 ? genericToolPrompt(told, family, use.required) : undefined
    // An empty system message says: no system prompt, not even a default one.
    const messages = all.filter((message) => !isEmptySystem(message))
    const given = messages.length < all.length ? '' : options.defaultSystem
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
        ...(input.thinking !== undefined && {
          enable_thinking: input.thinking !== false,
          thinking: input.thinking !== false,
        }),
      })
    const shaped = normalizeMessages(
      [...system, ...messages],
      traits,
      { callIds: family.callIds, writeCalls: family.write },
      reminder,
    )
    const wantsNone = given === '' && !hasSystem && reminder === undefined
    const inFront = (texts: readonly string[]): TemplateMessage[] => [...systemMessages(texts, traits), ...shaped]
    let text = wantsNone
      ? withoutSystem()((texts) => render(inFront(texts), told), told.length > 0)
      : render(shaped, told)
    let bos = false
    while (options.bosToken !== '' && text.startsWith(options.bosToken)) {
      text = text.slice(options.bosToken.length)
      bos = true
    }
    return { prompt: text, bos, literals: literalRanges(text, shaped) }
  }

  /** Some templates fail on tools that their makers did not think of; then the tools are explained in words. */
  function promptOf(loaded: Loaded, input: ChatInput, messages: readonly ChatMessage[], use: ToolUse): Prompt {
    try {
      return prompt(loaded, input, messages, use, true)
    } catch (error) {
      if (!SanjhaError.is(error) || error.code !== 'invalid_file' || use.tools.length === 0) throw error
      return prompt(loaded, input, messages, use, false)
    }
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
      const rendered = promptOf(loaded, input, messages, use)
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
        literals: rendered.literals,
        stop: ends,
        ...(grammar !== undefined && { grammar }),
        newParser: () =>
          new AnswerParser(thinks ? new ReasoningParser(tags!, { inside, interrupts }) : undefined, newCalls()),
      }
    },
  }
}
