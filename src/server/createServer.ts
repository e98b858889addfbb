import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import type { Sanjha } from '../app/contract.ts'
import { type Clock, SanjhaError, systemClock } from '../core/index.ts'
import { allRoutes } from './allRoutes.ts'
import { errorResponse, surfaceOf } from './http/errorResponse.ts'
import { createImageFetcher, type FetchImage } from './http/images.ts'
import { mountRoutes } from './http/mountRoutes.ts'
import { ActiveRequests } from './http/RequestScope.ts'
import type { RequestBindings, RequestVariables, Route, ServerContext } from './http/route.ts'
import { type LabFiles, readLabFiles } from './lab/labFiles.ts'
import { type Listening, type ListenOptions, listenOn } from './listen.ts'
import { createKeyCheck } from './middleware/apiKey.ts'
import { createHostCheck } from './middleware/hostCheck.ts'
import { createOriginCheck, preflight } from './middleware/originCheck.ts'
import { requestId } from './middleware/requestId.ts'
import { addResponseHeaders } from './middleware/responseHeaders.ts'
import { createOpenApi } from './openApi.ts'

/** The same from `src` and from `dist`. */
const builtLab = fileURLToPath(new URL('../../dist/lab', import.meta.url))

export interface ServerOptions {
  readonly clock?: Clock
  /** Silence after which a stream gets a comment, in milliseconds. Default 15,000. */
  readonly keepAliveMs?: number
  /** How long a stream's status line waits for the first word, in milliseconds. Default 10,000. */
  readonly patienceMs?: number
  /** How images of public addresses are fetched for models that see. */
  readonly fetchImage?: FetchImage
  /** Where the built Lab lies. Default: `dist/lab` of this package. */
  readonly labFolder?: string
  /** How a person calls the command line here, for pages that name commands. Default `sanjha`. */
  readonly program?: string
}

export interface Server {
  /** A key of this running server alone, for the commands of the same user. It opens what an API key opens. */
  readonly controlToken: string
  /** The whole server as a function; for tests and for other hosts. */
  fetch(request: Request): Promise<Response>
  /** Listens as the configuration says. Errors: `port_in_use`, `invalid_config`, `forbidden`. */
  listen(options?: ListenOptions): Promise<Listening>
  /** From now on `/health` says ok. `model` is what the server was started with. */
  ready(model?: string): void
  /** Stops listening; streams may go on for `graceMs` (default: `server.shutdownGrace`). Again with 0: at once. */
  close(graceMs?: number): Promise<void>
}

/** Puts the HTTP surfaces in front of one Sanjha. Nothing listens yet. */
export function createServer(sanjha: Sanjha, options: ServerOptions = {}): Server {
  const { config, log } = sanjha
  const active = new ActiveRequests()
  const controlToken = randomBytes(32).toString('base64url')
  const checkHost = createHostCheck([...config.server.allowedHosts, config.server.host])
  const origins = createOriginCheck(config.server.allowedOrigins)
  const checkKey = createKeyCheck(config.server.apiKeys, controlToken)
  const isPublic = publicPaths(allRoutes)
  let readyState: { readonly model: string | undefined } | undefined
  let openApi: unknown
  let labFiles: LabFiles | undefined
  const context: ServerContext = {
    sanjha,
    clock: options.clock ?? systemClock,
    keepAliveMs: options.keepAliveMs ?? 15_000,
    patienceMs: options.patienceMs ?? 10_000,
    fetchImage: options.fetchImage ?? (config.network.offline ? refuseToFetch : createImageFetcher(sanjha.publicFetch)),
    program: options.program ?? 'sanjha',
    labFiles: () => {
      labFiles ??= readLabFiles(options.labFolder ?? builtLab)
      return labFiles
    },
    active: () => active.size,
    openWork: () => active.open(new AbortController().signal, Number.POSITIVE_INFINITY),
    readyState: () => readyState,
    openApi: () => {
      openApi ??= createOpenApi(allRoutes, sanjha.version)
      return openApi
    },
  }

  // The way of every request, top to bottom: name it, see where it comes from, who it is, and only then the route.
  const app = new Hono<{ Bindings: RequestBindings; Variables: RequestVariables }>()
  app.use(async (c, next) => {
    const { headers } = c.req.raw
    const id = requestId(headers)
    c.set('id', id)
    await next()
    addResponseHeaders(c.res.headers, id, headers, origins)
  })
  app.use(async (c, next) => {
    const { headers } = c.req.raw
    if (active.draining) throw new SanjhaError('shutting_down', 'The server is stopping and takes no new requests.')
    checkHost(headers.get('host'))
    origins.check({ method: c.req.method, path: c.req.path, headers })
    if (c.req.method === 'OPTIONS' && headers.has('access-control-request-method')) {
      return new Response(null, { status: 204, headers: preflight(headers) })
    }
    c.set('keyId', isPublic(c.req.path) ? keyIfAny(checkKey, headers) : checkKey(headers))
    return next()
  })
  mountRoutes(app, allRoutes, context, active, config.server)
  app.notFound((c) =>
    errorResponse(
      new SanjhaError('not_found', `There is nothing at ${c.req.method} ${c.req.path}.`, {
        hint: 'GET /sanjha/v1/reference lists every path.',
      }),
      surfaceOf({ path: c.req.path, headers: c.req.raw.headers }),
    ),
  )
  app.onError((error, c) => {
    const failure = SanjhaError.from(error)
    if (failure.code === 'internal') {
      log.error({ request: c.get('id'), path: c.req.path, err: failure.cause ?? failure }, 'a request failed')
    }
    return errorResponse(failure, surfaceOf({ path: c.req.path, headers: c.req.raw.headers }))
  })

  try {
    // What a server that was killed left unfinished.
    sanjha.answers.look()
  } catch (error) {
    log.warn({ error: SanjhaError.from(error).toJSON() }, 'unfinished answers could not be looked for')
  }
  const fetch = async (request: Request, carrier?: object): Promise<Response> =>
    app.fetch(request, carrier === undefined ? {} : { carrier })
  const listening: Listening[] = []
  return {
    controlToken,
    fetch: (request) => fetch(request),
    ready: (model) => {
      readyState = { model }
    },
    listen: async (listenOptions = {}) => {
      const opened = await listenOn(fetch, active, sanjha, context.clock, listenOptions)
      listening.push(opened)
      return opened
    },
    close: async (graceMs) => {
      await Promise.all(listening.map((l) => l.close(graceMs)))
    },
  }
}

/** Tells public paths. One with a parameter stands for everything that begins as it does. */
function publicPaths(routes: readonly Route[]): (path: string) => boolean {
  const paths = routes.filter((r) => r.isPublic).map((r) => r.path)
  const whole = new Set(paths)
  const beginnings = paths.filter((path) => path.includes(':')).map((path) => path.slice(0, path.indexOf(':')))
  return (path) => whole.has(path) || beginnings.some((beginning) => path.startsWith(beginning))
}

const refuseToFetch: FetchImage = async () => {
  throw new SanjhaError('forbidden', 'This server makes no connections to other machines (network.offline).', {
    param: 'image_url',
    status: 400,
    hint: 'Send the image itself as a data: URL.',
  })
}

/** On a public path a key is welcome but not needed. */
function keyIfAny(checkKey: (headers: Headers) => string | null, headers: Headers): string | null {
  try {
    return checkKey(headers)
  } catch {
    return null
  }
}
