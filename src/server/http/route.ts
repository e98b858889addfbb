import type { z } from 'zod'
import type { Sanjha } from '../../app/contract.ts'
import type { Clock } from '../../core/index.ts'
import type { LabFiles } from '../lab/labFiles.ts'
import type { FetchImage } from './images.ts'
import type { RequestScope } from './RequestScope.ts'

/** What all routes share. */
export interface ServerContext {
  readonly sanjha: Sanjha
  readonly clock: Clock
  /** Silence after which a stream gets a comment, so that proxies keep it open. */
  readonly keepAliveMs: number
  /** How long the status line waits for the model's first word. Until then a failure has its own HTTP status. */
  readonly patienceMs: number
  readonly fetchImage: FetchImage
  /** How a person calls the command line here. */
  readonly program: string
  /** The built web page; empty where there is none. */
  labFiles(): LabFiles
  /** Requests being answered now. */
  active(): number
  /**
   * The life of work that goes on when its request is answered. A server that stops waits for it as for a request, and then
   * aborts its signal. `end` must be called.
   */
  openWork(): Pick<RequestScope, 'signal' | 'end'>
  /** Undefined until the server was told that it is ready; then the model it was started with. */
  readyState(): { readonly model: string | undefined } | undefined
  /** The OpenAPI document of all routes. */
  openApi(): unknown
}

/** What the host gives along with a request. */
export interface RequestBindings {
  /** What carries the answer to the client, to tell it from others; absent without a network. */
  readonly carrier?: object
}

/** What the handlers in front of the routes found out about a request. */
export interface RequestVariables {
  readonly id: string
  readonly keyId: string | null
}

export type SurfaceName = 'openai' | 'anthropic' | 'ollama' | 'admin'

export interface RouteRequest<Body = unknown, Query = unknown> {
  /** `X-Request-Id`: the caller's or ours. */
  readonly id: string
  readonly body: Body
  readonly query: Query
  readonly params: Readonly<Record<string, string>>
  readonly headers: Headers
  readonly keyId: string | null
  readonly scope: RequestScope
  readonly signal: AbortSignal
  readonly server: ServerContext
}

/** What a route says about itself; the router, the OpenAPI document and the reference page are made from it. */
export interface RouteSpec<Body, Query> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** hono's path syntax, e.g. `/v1/models/:id{.+}`. */
  readonly path: string
  /** Decides the shape of errors. */
  readonly surface: SurfaceName
  readonly summary: string
  readonly description?: string
  /** Parses the JSON body. Absent: the body is not read. */
  readonly body?: z.ZodType<Body>
  /** Parses the query. Every value is a string. */
  readonly query?: z.ZodType<Query>
  /** The answer's JSON, for the document. Absent: see `produces`. */
  readonly response?: z.ZodType
  readonly status?: number
  /** Content types besides JSON that the answer may have. */
  readonly produces?: readonly string[]
  /** Answers without a key even where keys are asked for. Such a route tells nothing that a stranger may not know. */
  readonly isPublic?: boolean
  /** Is no part of the API, and so not in its document. */
  readonly isPage?: boolean
  /**
   * Is answered for as long as the client listens: there is no deadline, it is no work that others wait for, and a server
   * that stops ends it at once.
   */
  readonly lasting?: boolean
  /** Takes any content type, as clients of this API do not send one (curl's default). */
  readonly anyContentType?: boolean
  handle(request: RouteRequest<Body, Query>): Response | Promise<Response>
}

/** A route whose types are checked and then forgotten, so that all kinds fit into one list. */
export type Route = RouteSpec<unknown, unknown>

export function route<Body = undefined, Query = undefined>(spec: RouteSpec<Body, Query>): Route {
  return spec as unknown as Route
}

/** A JSON answer. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', ...headers } })
}
