import { SanjhaError } from '../../core/index.ts'
import { collect, generateParts } from '../http/calls.ts'
import { newId } from '../http/ids.ts'
import { resolveImages } from '../http/resolveImages.ts'
import { json, type Route, route } from '../http/route.ts'
import { anthropicSse } from '../http/sse.ts'
import { streamResponse } from '../http/streamResponse.ts'
import { messageEvents } from './messageEvents.ts'
import { messagesRequest } from './request.ts'
import { messageObject } from './responseSchemas.ts'
import { messageHead, messageUsage, stopReason } from './wire.ts'

export const messages: Route = route({
  method: 'POST',
  path: '/v1/messages',
  surface: 'anthropic',
  summary: 'Answer a chat',
  body: messagesRequest,
  response: messageObject,
  produces: ['text/event-stream'],
  handle: async (request) => {
    const { body } = request
    const head = { id: newId('msg_'), model: body.model }
    const generate = body.generate(await resolveImages(request, body.model, {}, body.messages))
    const parts = generateParts(request, generate, {
      surface: 'anthropic',
      model: body.model,
      onRouted: ({ model }) => {
        head.model = model
      },
    })
    if (body.stream) return streamResponse(request, anthropicSse, messageEvents(head, parts))
    const answer = await collect(parts)
    const content: object[] = []
    if (answer.reasoning !== '') content.push({ type: 'thinking', thinking: answer.reasoning, signature: '' })
    if (answer.text !== '') content.push({ type: 'text', text: answer.text })
    for (const { id, name, arguments: args } of answer.toolCalls) {
      content.push({ type: 'tool_use', id, name, input: parseArguments(args) })
    }
    return json({
      ...messageHead(head),
      content,
      stop_reason: stopReason(answer.reason, answer.stopSequence),
      stop_sequence: answer.stopSequence ?? null,
      usage: messageUsage(answer.usage),
    })
  },
})

function parseArguments(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SanjhaError('upstream_error', 'The model called a tool with arguments that are no JSON.', {
      cause: error,
      hint: 'Try again, ask for fewer tools at once, or allow more tokens.',
      details: { arguments: text },
    })
  }
}
