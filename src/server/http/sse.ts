import type { SanjhaError } from '../../core/index.ts'
import { anthropicError } from '../anthropic/errors.ts'
import { openaiError } from '../openai/errors.ts'
import type { StreamFormat } from './streamResponse.ts'

/** One event without a name. */
export function sseData(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

/** One event with a name. */
export function sseEvent(name: string, value: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`
}

export const sseDone = 'data: [DONE]\n\n'

const base = { contentType: 'text/event-stream; charset=utf-8', keepAlive: ': keep-alive\n\n' } as const

/** OpenAI's chat and completion streams: an error is an event that holds `error`. No `[DONE]` follows it. */
export const openaiSse: StreamFormat = { ...base, encodeError: (error: SanjhaError) => sseData(openaiError(error)) }

export const anthropicSse: StreamFormat = {
  ...base,
  encodeError: (error: SanjhaError) => sseEvent('error', anthropicError(error)),
}
