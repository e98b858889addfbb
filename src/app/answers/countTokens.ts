import { SanjhaError } from '../../core/index.ts'
import type { ChatMessage, Engine } from '../../engine/index.ts'
import type { AnswerSettings } from './contract.ts'

/** How many tokens a prompt has. */
export interface TokenCount {
  readonly tokens: number
  /** By the model's own template and vocabulary. */
  readonly measured: boolean
}

/** Counts by the model itself, or estimates where an engine cannot say. */
export async function countTokens(
  engine: Engine,
  messages: readonly ChatMessage[],
  chat: AnswerSettings['chat'],
): Promise<TokenCount> {
  try {
    const { tokens } = await engine.renderChat({ ...chat, type: 'chat', messages })
    return { tokens: tokens.length, measured: true }
  } catch (error) {
    // Images have no text form, some remote engines have no way to ask, some templates refuse a chat that has not begun.
    if (SanjhaError.is(error) && (error.code === 'cancelled' || error.code === 'engine_crashed')) throw error
    return { tokens: estimateTokens(messages, chat), measured: false }
  }
}

/** Without the model: about 3.5 bytes a token, as vocabularies of several languages have, and what a template adds. */
export function estimateTokens(messages: readonly ChatMessage[], chat: AnswerSettings['chat']): number {
  let bytes = chat.tools === undefined ? 0 : Buffer.byteLength(JSON.stringify(chat.tools))
  let images = 0
  for (const message of messages) {
    for (const part of message.content) {
      if (part.type === 'text') bytes += Buffer.byteLength(part.text)
      else images++
    }
    if (message.role === 'assistant') bytes += Buffer.byteLength(JSON.stringify(message.toolCalls ?? []))
  }
  return Math.ceil(bytes / 3.5) + messages.length * 5 + images * 576
}

/** Tokens that a model takes; undefined when it does not tell. */
export function knownContext(contextLength: number): number | undefined {
  return contextLength > 0 && contextLength < Number.MAX_SAFE_INTEGER ? contextLength : undefined
}
