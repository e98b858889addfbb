import type { FinishReason, Usage } from '../../engine/index.ts'

/** What a message begins with, streamed or not. */
export function messageHead(head: { readonly id: string; readonly model: string }): object {
  return { id: head.id, type: 'message', role: 'assistant', model: head.model }
}

export function stopReason(reason: FinishReason, stopSequence: string | undefined): string {
  switch (reason) {
    case 'stop':
      return stopSequence === undefined ? 'end_turn' : 'stop_sequence'
    case 'length':
    case 'budget':
      return 'max_tokens'
    case 'tool-calls':
      return 'tool_use'
    case 'blocked':
      return 'refusal'
  }
}

/** Anthropic counts cached tokens apart from the rest of the input. */
export function messageUsage(usage: Usage): object {
  return {
    input_tokens: usage.promptTokens - usage.cachedTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage.cachedTokens,
    output_tokens: usage.completionTokens,
  }
}
