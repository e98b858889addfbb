import { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'
import type { RunProgress } from '../../runs/index.ts'
import { type Route, type RouteRequest, route } from '../http/route.ts'
import { optional } from '../http/schema.ts'
import { startPull } from '../http/startPull.ts'
import { modelField } from './modelField.ts'
import { lastOnly, ndjsonResponse } from './ndjson.ts'
import { pullAnswer } from './responseSchemas.ts'

interface PullBody {
  readonly model: string
  readonly stream?: boolean | undefined
}

const body: z.ZodType<PullBody> = z.intersection(
  modelField,
  z.object({
    stream: optional(z.boolean()),
    insecure: optional(z.literal(false, { error: 'connections that are not encrypted are not offered over this API' })),
  }),
)

export const pull: Route = route({
  method: 'POST',
  path: '/api/pull',
  surface: 'ollama',
  summary: 'Bring a model into the store',
  description: 'A run of the kind `pull`; a client that goes away cancels it, and pulling again goes on where it was.',
  anyContentType: true,
  body,
  response: pullAnswer,
  produces: ['application/x-ndjson'],
  handle: (request) =>
    request.body.stream === false ? lastOnly(statuses(request)) : ndjsonResponse(request, statuses(request)),
})

async function* statuses(request: RouteRequest<PullBody>): AsyncIterable<object> {
  const { runs } = request.server.sanjha
  const run = startPull(request, { model: request.body.model })
  let ended = false
  try {
    yield { status: 'pulling manifest' }
    for await (const event of runs.events(run.id, 0, request.signal)) {
      if (event.type === 'progress') {
        yield status(event.progress)
      } else if (event.type === 'state' && event.state === 'succeeded') {
        ended = true
        yield { status: 'success' }
        return
      } else if (event.type === 'state' && ['failed', 'cancelled', 'interrupted'].includes(event.state)) {
        ended = true
        if (event.error) throw SanjhaError.fromJSON(event.error)
        throw new SanjhaError('cancelled', 'The pull was stopped before its end.', { hint: 'Pull again to go on.' })
      }
    }
  } finally {
    if (!ended) cancel(runs, run.id)
  }
}

function cancel(runs: RouteRequest['server']['sanjha']['runs'], id: string): void {
  try {
    runs.cancel(id)
  } catch {
    // It ended in the very moment: there is nothing left to cancel.
  }
}

/** A run's progress in Ollama's words. Our steps: find the model, download, verify, store. */
function status({ step, completed, total, message }: RunProgress): object {
  if (step === 'verify') return { status: 'verifying sha256 digest' }
  if (step === 'store') return { status: 'writing manifest' }
  if (step !== 'download' || total === null) return { status: message ?? 'pulling manifest' }
  // Clients draw one bar per digest; all files of a model share one here.
  return { status: 'pulling model', digest: 'model', total, completed }
}
