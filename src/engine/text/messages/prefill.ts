import { SanjhaError } from '../../../core/index.ts'
import type { ChatMessage } from '../../contract.ts'
import type { ChatInput } from '../contract.ts'
import { endsInside, type ReasoningTags } from '../reasoning/tags.ts'
import { textOf } from './normalizeMessages.ts'

/** Splits off the assistant's message that is to be continued. */
export function splitLast(input: ChatInput): { messages: readonly ChatMessage[]; text?: string; reasoning?: string } {
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
    text: textOf(last.content),
    ...(last.reasoning !== undefined && { reasoning: last.reasoning }),
  }
}

/** Continues the assistant's turn with what it has said already. */
export function withPrefill(
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

/** A prefill of reasoning alone leaves the model inside it as well. */
export function insideOf(prompt: string, tags: ReasoningTags, reasoning: string | undefined): boolean {
  return endsInside(prompt, tags) || (reasoning !== undefined && reasoning !== '')
}
