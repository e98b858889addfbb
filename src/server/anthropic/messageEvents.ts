import type { Part } from '../../engine/index.ts'
import { sseEvent } from '../http/sse.ts'
import { messageHead, messageUsage, stopReason } from './wire.ts'

/** The events of a streamed message, from `message_start` to `message_stop`. */
export async function* messageEvents(
  head: { readonly id: string; readonly model: string },
  parts: AsyncIterable<Part>,
): AsyncIterable<string> {
  const event = (type: string, body: object): string => sseEvent(type, { type, ...body })
  let started = false
  let index = -1
  /** What the open block holds: `text`, `thinking`, or the number of a tool call. */
  let open: 'text' | 'thinking' | number | undefined
  const close = function* (): Iterable<string> {
    if (open === undefined) return
    open = undefined
    yield event('content_block_stop', { index })
  }
  const begin = function* (kind: NonNullable<typeof open>, block: object): Iterable<string> {
    yield* close()
    open = kind
    index++
    yield event('content_block_start', { index, content_block: block })
  }
  for await (const part of parts) {
    if (!started) {
      started = true
      // How long the prompt is, only the end tells: `message_delta` carries the true numbers.
      const usage = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 }
      yield event('message_start', {
        message: { ...messageHead(head), content: [], stop_reason: null, stop_sequence: null, usage },
      })
    }
    switch (part.type) {
      case 'text':
        if (part.text === '') break
        if (open !== 'text') yield* begin('text', { type: 'text', text: '' })
        yield event('content_block_delta', { index, delta: { type: 'text_delta', text: part.text } })
        break
      case 'reasoning':
        if (part.text === '') break
        if (open !== 'thinking') yield* begin('thinking', { type: 'thinking', thinking: '', signature: '' })
        yield event('content_block_delta', { index, delta: { type: 'thinking_delta', thinking: part.text } })
        break
      case 'tool-call':
        if (open !== part.index) yield* begin(part.index, { type: 'tool_use', id: part.id, name: part.name, input: {} })
        if (part.argumentsDelta === '') break
        yield event('content_block_delta', {
          index,
          delta: { type: 'input_json_delta', partial_json: part.argumentsDelta },
        })
        break
      case 'finish':
        yield* close()
        yield event('message_delta', {
          delta: { stop_reason: stopReason(part.reason, part.stopSequence), stop_sequence: part.stopSequence ?? null },
          usage: messageUsage(part.usage),
        })
        yield event('message_stop', {})
        break
    }
  }
}
