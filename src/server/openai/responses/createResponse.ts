import { SanjhaError } from '../../../core/index.ts'
import { generateParts } from '../../http/calls.ts'
import { resolveImages } from '../../http/resolveImages.ts'
import { json, type Route, type RouteRequest, route } from '../../http/route.ts'
import { sseDone, sseEvent } from '../../http/sse.ts'
import { type StreamFormat, streamResponse } from '../../http/streamResponse.ts'
import { openaiError } from '../errors.ts'
import { itemsToMessages } from './items.ts'
import { ResponseBuilder, type ResponseEvent } from './ResponseBuilder.ts'
import { type ResponsesRequest, responsesRequest } from './request.ts'
import { responseObject } from './schemas.ts'

export const createResponse: Route = route({
  method: 'POST',
  path: '/v1/responses',
  surface: 'openai',
  summary: 'Answer, and keep the answer to go on from',
  body: responsesRequest,
  response: responseObject,
  produces: ['text/event-stream'],
  handle: async (request) => {
    const { body, server } = request
    const earlier = body.previousResponseId === undefined ? [] : conversation(request, body.previousResponseId)
    const pending = itemsToMessages([...earlier, ...body.input], body.instructions)
    const messages = await resolveImages(request, body.model, {}, pending)
    const builder = new ResponseBuilder({
      model: body.model,
      createdAt: seconds(server.clock.now()),
      echo: body.echo,
      logprobs: body.logprobs,
    })
    const events = run(request, builder, messages)
    if (body.stream) return streamResponse(request, formatOf(builder), written(events))
    for await (const _event of events);
    return json(builder.response())
  },
})

/** The events of one answer. Stored, if asked for, before the last event tells of it. */
async function* run(
  request: RouteRequest<ResponsesRequest>,
  builder: ResponseBuilder,
  messages: Parameters<ResponsesRequest['generate']>[0],
): AsyncIterable<ResponseEvent> {
  const { body, server } = request
  const parts = generateParts(request, body.generate(messages), {
    surface: 'openai',
    model: body.model,
    paramNames: { thinking: 'reasoning.effort', messages: 'input' },
    onRouted: ({ model }) => {
      builder.model = model
    },
  })
  let started = false
  for await (const part of parts) {
    // Not before the first part: what fails earlier is an HTTP error, not a stream.
    if (!started) yield* builder.start()
    started = true
    const events = builder.push(part, seconds(server.clock.now()))
    if (part.type === 'finish' && body.store) keep(request, builder)
    yield* events
  }
}

function conversation(request: RouteRequest<ResponsesRequest>, id: string): readonly unknown[] {
  try {
    return request.server.sanjha.responses.conversation(id)
  } catch (error) {
    if (!SanjhaError.is(error) || error.code !== 'not_found') throw error
    throw new SanjhaError('not_found', `The previous response ${JSON.stringify(id)} cannot be continued.`, {
      param: 'previous_response_id',
      hint: 'It is unknown, has expired, was deleted, or was not stored.',
      cause: error,
    })
  }
}

function keep(request: RouteRequest<ResponsesRequest>, builder: ResponseBuilder): void {
  const { body, server } = request
  server.sanjha.responses.put({
    id: builder.id,
    request: { model: body.model, ...body.echo },
    response: builder.response(),
    inputItems: body.input,
    outputItems: builder.output,
    previousResponseId: body.previousResponseId ?? null,
  })
}

async function* written(events: AsyncIterable<ResponseEvent>): AsyncIterable<string> {
  for await (const event of events) yield sseEvent(event.type, event)
  yield sseDone
}

function formatOf(builder: ResponseBuilder): StreamFormat {
  return {
    contentType: 'text/event-stream; charset=utf-8',
    keepAlive: ': keep-alive\n\n',
    encodeError: (error) => {
      const { code, message, param } = openaiError(error).error
      return builder
        .fail({ code, message, param })
        .map((event) => sseEvent(event.type, event))
        .join('')
    },
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
