import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { RunEvent, RunState } from '../../runs/index.ts'
import { publicError } from '../http/errorText.ts'
import { json, type Route, route } from '../http/route.ts'
import { defined } from '../http/schema.ts'
import { sseEvent } from '../http/sse.ts'
import { type StreamFormat, streamResponse } from '../http/streamResponse.ts'
import { runRecord, runRecords } from './schemas.ts'

interface RunFilter {
  readonly kind?: string
  readonly state?: RunState
  readonly limit?: number
  readonly before?: string
}

const filter: z.ZodType<RunFilter> = z
  .object({
    kind: z.string().optional(),
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted']).optional(),
    limit: z.coerce.number().int().min(1).max(1000).optional(),
    before: z.string().optional(),
  })
  .transform(defined)

export const listRuns: Route = route({
  method: 'GET',
  path: '/sanjha/v1/runs',
  surface: 'admin',
  summary: 'List runs, the newest first',
  query: filter,
  response: runRecords,
  handle: ({ query, server }) => json({ runs: server.sanjha.runs.list(query) }),
})

export const getRun: Route = route({
  method: 'GET',
  path: '/sanjha/v1/runs/:id',
  surface: 'admin',
  summary: 'Show one run',
  response: runRecord,
  handle: ({ params, server }) => {
    const run = server.sanjha.runs.get(params['id'] ?? '')
    if (run === undefined) throw unknownRun(params['id'] ?? '')
    return json(run)
  },
})

export const cancelRun: Route = route({
  method: 'POST',
  path: '/sanjha/v1/runs/:id/cancel',
  surface: 'admin',
  summary: 'Cancel a run',
  response: runRecord,
  handle: ({ params, server }) => json(server.sanjha.runs.cancel(params['id'] ?? '')),
})

export const resumeRun: Route = route({
  method: 'POST',
  path: '/sanjha/v1/runs/:id/resume',
  surface: 'admin',
  summary: 'Start a failed, cancelled or interrupted run again where it left off',
  response: runRecord,
  handle: ({ params, server }) => json(server.sanjha.runs.resume(params['id'] ?? '')),
})

interface AfterQuery {
  readonly after?: number | undefined
}

const afterQuery: z.ZodType<AfterQuery> = z.object({ after: z.coerce.number().int().min(0).optional() })

export const runEvents: Route = route({
  method: 'GET',
  path: '/sanjha/v1/runs/:id/events',
  surface: 'admin',
  summary: 'Watch a run',
  description:
    'Server-sent events, first those that were, then those that come, until the run has ended. ' +
    'After a cut, `Last-Event-ID` (or `after`) goes on where it was.',
  query: afterQuery,
  produces: ['text/event-stream'],
  handle: async (request) => {
    const { params, query, headers, server, signal } = request
    const id = params['id'] ?? ''
    if (server.sanjha.runs.get(id) === undefined) throw unknownRun(id)
    const last = Number(headers.get('last-event-id') ?? Number.NaN)
    const after = query.after ?? (Number.isSafeInteger(last) && last >= 0 ? last : 0)
    return streamResponse(request, format, written(server.sanjha.runs.events(id, after, signal)))
  },
})

const format: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  keepAlive: ': keep-alive\n\n',
  encodeError: (error) => sseEvent('error', { error: publicError(error) }),
}

async function* written(events: AsyncIterable<RunEvent>): AsyncIterable<string> {
  for await (const event of events) yield `id: ${event.sequence}\n${sseEvent(event.type, event)}`
}

function unknownRun(id: string): SanjhaError {
  return new SanjhaError('not_found', `There is no run ${JSON.stringify(id)}.`, {
    hint: 'GET /sanjha/v1/runs lists them.',
  })
}
