import { z } from 'zod'
import { json, type Route, route } from '../http/route.ts'

/** For whoever starts or watches the process: ready or not, and nothing a stranger may not know. */
export const health: Route = route({
  method: 'GET',
  path: '/health',
  surface: 'openai',
  summary: 'Say whether the server is ready',
  description: 'Status 503 until the models it was started with are loaded.',
  isPublic: true,
  response: z.object({ status: z.enum(['ok', 'starting']) }),
  handle: ({ server }) =>
    server.readyState() === undefined
      ? json({ status: 'starting' }, 503, { 'retry-after': '1' })
      : json({ status: 'ok' }),
})

export const metrics: Route = route({
  method: 'GET',
  path: '/metrics',
  surface: 'openai',
  summary: 'Metrics in the Prometheus text format',
  produces: ['text/plain'],
  handle: ({ server }) =>
    new Response(server.sanjha.metrics.render(), {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    }),
})
