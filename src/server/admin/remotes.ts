import { z } from 'zod'
import type { NewRemote, RemoteProblem, RemoteQuestion } from '../../app/contract.ts'
import { SanjhaError } from '../../core/index.ts'
import { json, type Route, type RouteRequest, route } from '../http/route.ts'
import { optional } from '../http/schema.ts'
import { isExposed } from '../http/startPull.ts'
import { remoteState, remoteStates, remoteTest, removedRemote } from './settingSchemas.ts'

const base = '/sanjha/v1/remotes'

const address = z
  .string()
  .transform((text) => text.trim().replace(/\/+$/, ''))
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http(s) address')
  .refine((text) => {
    const url = URL.parse(text)
    return url === null || (url.username === '' && url.password === '')
  }, 'must not hold a password; the key goes into apiKey')
  .refine((text) => {
    const url = URL.parse(text)
    return url === null || (url.search === '' && url.hash === '')
  }, 'must end with the version, such as /v1, without a query')
  .meta({ description: 'Up to and with the version, such as `http://127.0.0.1:8000/v1`.' })

/** An empty field of a form is no key. */
const apiKey = optional(z.string().max(4096))
  .transform((key) => (key === undefined || key.trim() === '' ? undefined : key.trim()))
  .meta({ description: 'Kept in a file that only this user reads, and never shown again.' })

const newRemote: z.ZodType<NewRemote> = z
  .object({ name: z.string().trim().min(1).max(64), baseUrl: address, apiKey })
  .transform(({ apiKey: key, ...rest }) => ({ ...rest, ...(key !== undefined && { apiKey: key }) }))

const question: z.ZodType<RemoteQuestion> = z
  .object({
    name: optional(z.string()).meta({ description: 'One that is configured. Else give `baseUrl`.' }),
    baseUrl: optional(address),
    apiKey,
  })
  .transform(({ name, baseUrl, apiKey: key }, context): RemoteQuestion => {
    if (baseUrl !== undefined) return { baseUrl, ...(key !== undefined && { apiKey: key }) }
    if (name !== undefined) return { name }
    context.addIssue({ code: 'custom', path: ['baseUrl'], message: 'is missing; or name a remote that is configured' })
    return z.NEVER
  })

/**
 * Who may use the API of a server that others can reach shall not thereby make it call hosts in its own network: for them
 * only what is public and proves by its certificate to be what it is called.
 */
function mayLeadAnywhere(request: Pick<RouteRequest, 'server' | 'keyId'>): boolean {
  return !isExposed(request.server.sanjha.config) || request.keyId === 'control'
}

/** Of a host that gives one of these it is not known what address it has. */
const unproven: ReadonlySet<RemoteProblem> = new Set(['unknown_host', 'unreachable', 'timeout', 'failed'])

function refuseUnlessHttps(baseUrl: string): void {
  if (baseUrl.toLowerCase().startsWith('https:')) return
  throw notPublic('only remote engines at public https addresses are added')
}

function notPublic(what: string): SanjhaError {
  return new SanjhaError('forbidden', `Over the API of a server that others can reach, ${what}.`, {
    param: 'baseUrl',
    hint: 'On the machine itself, write it under `remotes` in the configuration file: `sanjha config show` names it.',
  })
}

export const listRemotes: Route = route({
  method: 'GET',
  path: base,
  surface: 'admin',
  summary: 'List the remote engines',
  response: remoteStates,
  handle: async ({ server }) => json({ remotes: await server.sanjha.remotes.list() }),
})

export const addRemote: Route = route({
  method: 'POST',
  path: base,
  surface: 'admin',
  summary: 'Add a remote engine: an endpoint that speaks OpenAI’s API',
  description: 'It is written into the user’s configuration file and can be used at once.',
  body: newRemote,
  response: remoteState,
  status: 201,
  handle: async (request) => {
    const { body, server, signal } = request
    const { remotes, publicFetch } = server.sanjha
    if (!mayLeadAnywhere(request)) {
      refuseUnlessHttps(body.baseUrl)
      const { problem } = await remotes.test({ baseUrl: body.baseUrl }, signal, publicFetch)
      if (problem === 'refused_address') throw notPublic('no address that is not public is added')
      // Its name could later be found, and then be any address.
      if (problem !== null && unproven.has(problem)) throw notPublic('no host is added that cannot be reached now')
    }
    return json(await remotes.add(body), 201)
  },
})

export const testRemote: Route = route({
  method: 'POST',
  path: `${base}/test`,
  surface: 'admin',
  summary: 'Ask a remote engine for its models, and say what is wrong',
  description: 'Of one that is configured (`name`), or before it is added (`baseUrl`, `apiKey`). Nothing is kept.',
  body: question,
  response: remoteTest,
  handle: async (request) => {
    const { body, server, signal } = request
    const { remotes, publicFetch } = server.sanjha
    if ('name' in body || mayLeadAnywhere(request)) return json(await remotes.test(body, signal))
    refuseUnlessHttps(body.baseUrl)
    return json(await remotes.test(body, signal, publicFetch))
  },
})

export const removeRemote: Route = route({
  method: 'DELETE',
  path: `${base}/:name`,
  surface: 'admin',
  summary: 'Remove a remote engine, its key with it',
  response: removedRemote,
  handle: async ({ params, server }) => {
    const name = params['name'] ?? ''
    await server.sanjha.remotes.remove(name)
    return json({ removed: name })
  },
})
