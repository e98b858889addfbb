import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAnswers } from '../../app/answers/createAnswers.ts'
import type { Sanjha } from '../../app/contract.ts'
import { ensureDefaultModel } from '../../app/defaultModel.ts'
import { createDefaultModelRunKind } from '../../app/defaultModelRun.ts'
import { HomeWatch } from '../../app/live/HomeWatch.ts'
import { LiveHub } from '../../app/live/LiveHub.ts'
import { RunFeed } from '../../app/live/RunFeed.ts'
import { createModelInsights, notingSpeeds, speedsMigrations } from '../../app/modelInsights/index.ts'
import { createRemoteAdmin } from '../../app/remotes/index.ts'
import { createLiveSettings } from '../../app/settings/index.ts'
import { chatsMigrations, createChats, createResponseStore, tellChanges } from '../../chats/index.ts'
import {
  type Config,
  createFetch,
  defaultConfig,
  type LoadedConfig,
  type Logger,
  openDatabase,
  resolvePaths,
  silentLogger,
  systemClock,
  type ToolServerConfig,
} from '../../core/index.ts'
import { createBackends, type Engine } from '../../engine/index.ts'
import { createGateway, createMetrics } from '../../gateway/index.ts'
import { TestEngine } from '../../gateway/testing/TestEngine.ts'
import { TestPool } from '../../gateway/testing/TestPool.ts'
import { createPullRunKind } from '../../models/index.ts'
import { createRuns, type Runs, runsMigrations } from '../../runs/index.ts'
import { createToolServers } from '../../tools/index.ts'
import { createServer, type Server, type ServerOptions } from '../index.ts'
import { TestModels } from './TestModels.ts'

export interface TestServerOptions {
  /** By model name. Default: one `test`. */
  readonly engines?: Readonly<Record<string, Engine>>
  /** Default: with one model, `test`. */
  readonly models?: TestModels
  /** Whether the hub of the default model answers. Default: no. */
  readonly hubAnswers?: boolean
  /** Settings of the server that differ from the defaults. */
  readonly settings?: Partial<Config['server']>
  readonly server?: ServerOptions
  readonly toolServers?: readonly ToolServerConfig[]
  /** A configuration with a file, and how it is read anew. Absent: one that never changes. */
  readonly configuration?: { readonly running: LoadedConfig; readonly reload: () => Promise<LoadedConfig> }
  readonly log?: Logger
}

export interface TestServer {
  readonly server: Server
  readonly sanjha: Sanjha
  readonly pool: TestPool
  /** The engine of the model `test`. */
  readonly engine: TestEngine
  /** One request without a network. A body is sent as JSON; a string as it is. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  /** The same, and the answer's JSON. */
  json(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<JsonAnswer>
  /** The `data:` of each event; `[DONE]` stays text. */
  events(path: string, body: unknown): Promise<SseEvent[]>
  /** The lines of an NDJSON answer. */
  lines(path: string, body: unknown): Promise<Json[]>
  close(): Promise<void>
}

// Tests look into answers of many shapes; a wrong guess fails the test, which is what it is for.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Json = any

export interface JsonAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

export interface SseEvent {
  readonly event: string | undefined
  readonly id: string | undefined
  readonly data: Json
}

/** A whole server on a Sanjha whose engines and models are made up; database, runs, chats and pipeline are real. */
export function testServer(options: TestServerOptions = {}): TestServer {
  const sanjhaParts = testSanjha(options)
  // Whether a Lab was built is no business of these tests; one that needs it says where it lies.
  const server = createServer(sanjhaParts.sanjha, { labFolder: join(import.meta.dirname, 'no-lab'), ...options.server })
  server.ready('test')
  const request: TestServer['request'] = (method, path, body, headers = {}) =>
    server.fetch(
      new Request(`http://127.0.0.1:11811${path}`, {
        method,
        headers: {
          host: '127.0.0.1:11811',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    )
  return {
    ...sanjhaParts,
    server,
    request,
    json: async (method, path, body, headers) => {
      const response = await request(method, path, body, headers)
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
    events: async (path, body) => {
      const response = await request('POST', path, body)
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
      return parseSse(await response.text())
    },
    lines: async (path, body) => {
      const response = await request('POST', path, body)
      const text = await response.text()
      return text
        .split('\n')
        .filter(Boolean)
        .map((line): Json => JSON.parse(line))
    },
    close: async () => {
      await server.close(0)
      await sanjhaParts.sanjha.close()
    },
  }
}

/** The Sanjha under the test server. */
export function testSanjha(options: TestServerOptions = {}): Pick<TestServer, 'sanjha' | 'pool' | 'engine'> {
  const engine = (options.engines?.['test'] as TestEngine | undefined) ?? new TestEngine()
  const pool = new TestPool({ test: engine, ...options.engines })
  const defaults = defaultConfig()
  const config: Config = { ...defaults, server: { ...defaults.server, port: 0, ...options.settings } }
  const database = openDatabase(':memory:', [...runsMigrations, ...chatsMigrations, ...speedsMigrations])
  const models = options.models ?? new TestModels(['test'])
  const log = options.log ?? silentLogger
  const live = new LiveHub({ log })
  const runFeed = new RunFeed(live, () => runs, log)
  const runs: Runs = createRuns({
    database,
    kinds: [
      createPullRunKind(models),
      createDefaultModelRunKind({
        models,
        usable: async (name) => (await models.find(name))?.name,
        choose: (how) =>
          ensureDefaultModel({ config, models, hubAnswers: async () => options.hubAnswers ?? false, ...how }),
      }),
    ],
    pollMs: 5,
    onChange: (id) => runFeed.changed(id),
  })
  const chats = tellChanges(createChats({ database }), (data) => live.publish({ name: 'chats', data }))
  const metrics = createMetrics()
  const paths = resolvePaths({ SANJHA_HOME: '/nowhere' }, '/nowhere')
  const insights = createModelInsights({ models, pool, config, paths, database, clock: systemClock })
  const answering = createGateway({
    pool,
    metrics,
    config,
    clock: systemClock,
    log,
    defaultModel: async () => 'test',
  })
  const gateway = notingSpeeds(answering, insights, pool, log)
  // Made by the first write into it.
  const home = join(tmpdir(), `sanjha-test-${randomUUID()}`)
  const settings = options.configuration?.running ?? {
    config,
    settings: [{ key: 'server.port', value: 0, origin: { from: 'flag' as const, flag: '--port' } }],
    userFile: join(home, 'config.yaml'),
    projectFile: null,
    warnings: [],
  }
  const { handle } = gateway
  const tools = createToolServers({ servers: options.toolServers ?? [], env: process.env, fetch: globalThis.fetch })
  const answers = createAnswers({ database, chats, models, pool, config, handle, live, tools, clock: systemClock, log })
  const also = (): void => answers.look()
  live.addSource(
    new HomeWatch({ live, database, models, pool, runFeed, settings, clock: systemClock, log, also, pollMs: 20 }),
  )
  const liveSettings = createLiveSettings({ running: settings, reload: options.configuration?.reload, log })
  const sanjha: Sanjha = {
    version: '0.0.0-test',
    config,
    settings,
    liveSettings,
    remotes: createRemoteAdmin({ settings: liveSettings, config, pool, env: {}, paths, fetch: globalThis.fetch, log }),
    paths,
    log,
    fetch: globalThis.fetch,
    publicFetch: createFetch({ publicOnly: true }),
    models,
    insights,
    runs,
    engines: pool,
    backends: createBackends({
      engines: '/nowhere/engines',
      fetch: async () => Promise.reject(new Error('Nothing is fetched here.')),
    }),
    chats,
    answers,
    tools,
    responses: createResponseStore({ database }),
    metrics,
    live,
    handle,
    ensureModel: async (name) => name,
    ensureDefaultModel: async () => 'test',
    remoteModels: async () => [],
    close: async () => {
      live.close()
      await answers.close()
      await tools.close()
      await runs.close()
      await pool.close()
      database.close()
      await rm(home, { recursive: true, force: true })
    },
  }
  return { sanjha, pool, engine }
}

/** Splits a server-sent events body. Comments are left out. */
export function parseSse(text: string): SseEvent[] {
  return text
    .split('\n\n')
    .filter((block) => /^(data|event|id):/m.test(block))
    .map((block) => {
      const field = (name: string): string | undefined =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2)
      const data = field('data') ?? ''
      return { event: field('event'), id: field('id'), data: data === '[DONE]' ? data : JSON.parse(data) }
    })
}
