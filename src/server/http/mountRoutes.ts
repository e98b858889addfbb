import type { Hono } from 'hono'
import { type Config, SanjhaError } from '../../core/index.ts'
import { errorResponse, surfaceOf } from './errorResponse.ts'
import { type ActiveRequests, failureOf } from './RequestScope.ts'
import { readJsonBody } from './readBody.ts'
import type { RequestBindings, RequestVariables, Route, ServerContext } from './route.ts'
import { validate } from './validate.ts'

type Limits = Pick<Config['server'], 'maxBodyBytes' | 'requestTimeoutMs'>

/** Connects routes to the router: reads and checks what came, opens the request's scope, and sees that it is closed. */
export function mountRoutes(
  app: Hono<{ Bindings: RequestBindings; Variables: RequestVariables }>,
  routes: readonly Route[],
  context: ServerContext,
  active: ActiveRequests,
  limits: Limits,
): void {
  const readBody = (route: Route, request: Request, signal: AbortSignal): Promise<unknown> =>
    readJsonBody(request, { limit: limits.maxBodyBytes, anyContentType: route.anyContentType ?? false, signal })
  const methods = new Map<string, Set<string>>()
  for (const route of routes) {
    methods.set(route.path, (methods.get(route.path) ?? new Set()).add(route.method))
    app.on(route.method, route.path, async (c) => {
      const { raw } = c.req
      const scope = route.lasting
        ? active.openLasting(raw.signal, c.env.carrier)
        : active.open(raw.signal, limits.requestTimeoutMs)
      let streaming = false
      try {
        const query = route.query && validate(route.query, c.req.query(), 'query')
        const body = route.body && validate(route.body, await readBody(route, raw, scope.signal), 'body')
        const response = await route.handle({
          id: c.get('id'),
          body,
          query,
          params: c.req.param(),
          headers: raw.headers,
          keyId: c.get('keyId'),
          scope,
          signal: scope.signal,
          server: context,
        })
        if (raw.method === 'HEAD') {
          // Nobody reads the body, so nobody else would end it.
          await response.body?.cancel()
          return new Response(null, response)
        }
        // A stream ends its scope itself, when its last byte is on its way.
        streaming = isStream(response)
        return response
      } catch (error) {
        const failure = failureOf(error, scope.signal)
        // What still works on this answer (other choices of it) works in vain.
        scope.abort(failure)
        if (failure.code === 'internal') {
          context.sanjha.log.error(
            { request: c.get('id'), path: c.req.path, err: failure.cause ?? failure },
            'a request failed',
          )
        }
        const surface =
          route.surface === 'openai' ? surfaceOf({ path: c.req.path, headers: raw.headers }) : route.surface
        return errorResponse(failure, surface)
      } finally {
        if (!streaming) scope.end()
      }
    })
  }
  for (const [path, known] of methods) {
    const allow = [...known, ...(known.has('GET') ? ['HEAD'] : [])].join(', ')
    app.all(path, (c) => {
      throw new SanjhaError('method_not_allowed', `${c.req.path} does not take ${c.req.method}.`, {
        hint: `It takes ${allow}.`,
        details: { allow },
      })
    })
  }
}

function isStream(response: Response): boolean {
  return (
    response.headers.get('content-type')?.startsWith('text/event-stream') === true ||
    response.headers.get('content-type') === 'application/x-ndjson'
  )
}
