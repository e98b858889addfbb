import type { SanjhaError } from '../../core/index.ts'
import type { RouteRequest } from '../http/route.ts'
import { json } from '../http/route.ts'
import { type StreamFormat, streamResponse } from '../http/streamResponse.ts'
import { ollamaError } from './errors.ts'

/** One JSON object a line. It knows no comments, so silence stays silent. */
const ndjson: StreamFormat = {
  contentType: 'application/x-ndjson',
  keepAlive: null,
  encodeError: (error: SanjhaError) => `${JSON.stringify(ollamaError(error))}\n`,
}

/** Sends objects one a line. */
export function ndjsonResponse(request: RouteRequest, objects: AsyncIterable<object>): Promise<Response> {
  return streamResponse(request, ndjson, lines(objects))
}

/** Sends the last of the objects only: what a client gets that asked for no stream. */
export async function lastOnly(objects: AsyncIterable<object>): Promise<Response> {
  let last: object = {}
  for await (const object of objects) last = object
  return json(last)
}

async function* lines(objects: AsyncIterable<object>): AsyncIterable<string> {
  for await (const object of objects) yield `${JSON.stringify(object)}\n`
}
