import { collect, generateParts } from '../http/calls.ts'
import { newId } from '../http/ids.ts'
import { readCalls } from '../http/readCalls.ts'
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
    for (const call of readCalls(answer.toolCalls, answer)) content.push({ type: 'tool_use', ...call })
    return json({
      ...messageHead(head),
      content,
      stop_reason: stopReason(answer.reason, answer.stopSequence),
      stop_sequence: answer.stopSequence ?? null,
      usage: messageUsage(answer.usage),
    })
  },
})
