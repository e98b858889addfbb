import { publicError } from '../http/errorText.ts'
import { type Route, type RouteRequest, route } from '../http/route.ts'
import { sseEvent } from '../http/sse.ts'
import { type StreamFormat, streamResponse } from '../http/streamResponse.ts'

export const liveEvents: Route = route({
  method: 'GET',
  path: '/sanjha/v1/events',
  surface: 'admin',
  summary: 'Watch everything that changes',
  description:
    'Server-sent events for as long as both sides live: `hello` first, then `answer`, `message`, `chats`, `run`, `models`, ' +
    '`loaded` and `settings` as things change. Nothing is repeated: whoever connects, or connects again, asks for what it ' +
    'shows after `hello`. A listener that is too slow is disconnected. `message` has no keys of `data` that are large, such as ' +
    'pictures: `without` names them, and `GET /sanjha/v1/messages/:id` has them.',
  produces: ['text/event-stream'],
  lasting: true,
  handle: (request) => streamResponse(request, format, written(request)),
})

const format: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  keepAlive: ': ping\n\n',
  encodeError: (error) => sseEvent('error', { error: publicError(error) }),
}

async function* written({ server, signal }: RouteRequest): AsyncIterable<string> {
  const { live, version } = server.sanjha
  const { ready, events } = live.subscribe(signal)
  await ready
  yield sseEvent('hello', { boot: live.boot, version })
  for await (const event of events) yield sseEvent(event.name, event.data)
}
