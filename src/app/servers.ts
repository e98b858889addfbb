import {
  type Instance,
  listInstances,
  type Paths,
  processState,
  readInstanceToken,
  SanjhaError,
  systemClock,
  thisProcess,
} from '../core/index.ts'
import { createOpenAIEngine, type Engine, type LoadedModel } from '../engine/index.ts'

type Place = Pick<Paths, 'instances'>

/** A running server of this home, and what one can ask of it. */
export interface ServerHandle {
  readonly url: string
  readonly pid: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly version: string
  loaded(signal: AbortSignal): Promise<readonly LoadedModel[]>
  /** False when it was not loaded. */
  unload(model: string, signal: AbortSignal): Promise<boolean>
  /** Sets how long a model stays loaded after its last request, in milliseconds; 0 unloads it, Infinity keeps it for ever. */
  keep(model: string, keepAliveMs: number, signal: AbortSignal): Promise<void>
  /** Asks it to end and waits until it has. */
  stop(signal: AbortSignal): Promise<void>
  /** One of its models as an engine. */
  connect(model: string, signal: AbortSignal): Promise<Engine>
}

/** How long a server may take to say that it lives. It is on this machine, so longer means that it hangs. */
const healthTimeoutMs = 2_000

/** The servers of this home that answer, the latest first. */
export async function listServers(paths: Place, signal: AbortSignal): Promise<ServerHandle[]> {
  const instances = (await listInstances(paths)).filter(
    (instance) => instance.kind === 'server' && instance.url !== null,
  )
  const answering = await Promise.all(instances.map((instance) => answers(instance.url as string, signal)))
  return instances.filter((_, index) => answering[index]).map((instance) => handleOf(instance, instance.url as string))
}

/** The latest server of this home, if one answers. */
export async function findServer(paths: Place, signal: AbortSignal): Promise<ServerHandle | undefined> {
  return (await listServers(paths, signal))[0]
}

/** The server of this home on that port, if it answers. */
export async function findServerAt(paths: Place, port: number, signal: AbortSignal): Promise<ServerHandle | undefined> {
  return (await listServers(paths, signal)).find((server) => Number(new URL(server.url).port) === port)
}

function handleOf(instance: Instance, url: string): ServerHandle {
  const ask = async (method: string, path: string, signal: AbortSignal, body?: unknown): Promise<Response> => {
    const token = await readInstanceToken(instance)
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
    })
    if (response.ok) return response
    const failure = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined
    throw new SanjhaError(
      'upstream_error',
      failure?.error?.message ?? `The server at ${url} answered with status ${response.status}.`,
    )
  }
  return {
    url,
    pid: instance.pid,
    startedAt: instance.startedAt,
    version: instance.version,
    loaded: async (signal) => {
      const response = await ask('GET', '/sanjha/v1/loaded', signal)
      return ((await response.json()) as { models: LoadedModel[] }).models
    },
    unload: async (model, signal) => {
      const response = await ask('DELETE', `/sanjha/v1/loaded/${encodeURIComponent(model)}`, signal)
      return ((await response.json()) as { unloaded: boolean }).unloaded
    },
    keep: async (model, keepAliveMs, signal) => {
      // In Ollama's API a request without a prompt only says how long the model is to stay.
      const keepAlive = keepAliveMs === Number.POSITIVE_INFINITY ? -1 : keepAliveMs / 1000
      const response = await ask('POST', '/api/generate', signal, { model, keep_alive: keepAlive, stream: false })
      await response.body?.cancel()
    },
    stop: (signal) => stop(instance, signal),
    connect: async (model, signal) => {
      const apiKey = await readInstanceToken(instance)
      return createOpenAIEngine({ name: `server at ${url}`, baseUrl: `${url}/v1`, model, apiKey }, signal)
    },
  }
}

/** By a signal, which every server heeds, also one that no longer answers. Its own process may already have another's number, so that is checked. */
async function stop(instance: Instance, signal: AbortSignal): Promise<void> {
  const me = thisProcess()
  const alive = (): boolean => processState(instance.process, me) === 'alive'
  if (alive()) process.kill(instance.pid, 'SIGTERM')
  while (alive()) await systemClock.sleep(50, signal)
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(healthTimeoutMs)]),
    })
    const { status } = (await response.json()) as { readonly status?: unknown }
    // One that still fetches or loads its model takes requests already, and can be stopped.
    return response.ok || status === 'starting'
  } catch {
    signal.throwIfAborted()
    return false // ended meanwhile, or hangs
  }
}
