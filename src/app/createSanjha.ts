import { chatsMigrations, createChats, createResponseStore, tellChanges } from '../chats/index.ts'
import {
  type Clock,
  type Config,
  createFetch,
  type LoadedConfig,
  type Logger,
  openDatabase,
  type Paths,
  SanjhaError,
  systemClock,
  version,
} from '../core/index.ts'
import {
  type BackendsOptions,
  createBackends,
  createEngineInstallRunKind,
  createEnginePool,
  createLlamaFactory,
  createRemoteFactory,
  type LlamaFactoryOptions,
} from '../engine/index.ts'
import { createGateway, createMetrics } from '../gateway/index.ts'
import {
  absoluteReference,
  createModels,
  createPullRunKind,
  fetchPackageFiles,
  modelsMigrations,
} from '../models/index.ts'
import { createRuns, type Runs, runsMigrations } from '../runs/index.ts'
import { createToolServers } from '../tools/index.ts'
import { createAnswers } from './answers/createAnswers.ts'
import { answersWithin } from './answersWithin.ts'
import type { EnsureModelOptions, Sanjha } from './contract.ts'
import { type DefaultModelOptions, ensureDefaultModel } from './defaultModel.ts'
import { createDefaultModelRunKind } from './defaultModelRun.ts'
import { resolveEngineSource } from './engineSources.ts'
import { HomeWatch } from './live/HomeWatch.ts'
import { LiveHub } from './live/LiveHub.ts'
import { RunFeed } from './live/RunFeed.ts'
import { createModelInsights, notingSpeeds, speedsMigrations } from './modelInsights/index.ts'
import { Remotes } from './Remotes.ts'
import { createRemoteAdmin } from './remotes/index.ts'
import { createLiveSettings } from './settings/index.ts'

export interface CreateSanjhaOptions {
  readonly settings: LoadedConfig
  /** Reads the configuration anew, for what can be changed while it runs. Absent: nothing can. */
  readonly reload?: () => Promise<LoadedConfig>
  readonly paths: Paths
  readonly log: Logger
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock?: Clock
  /** Absent: one that honours proxies and the machine's certificates. */
  readonly fetch?: typeof globalThis.fetch
  /** What can be fetched for the engine; tests put a small package with digests of its own here. */
  readonly backends?: Pick<BackendsOptions, 'pins' | 'platform'>
  /** How stored models are loaded; tests put a fake engine into the real child process. */
  readonly llama?: Pick<LlamaFactoryOptions, 'module' | 'exportName' | 'limits' | 'restart' | 'libraryDirectory'>
}

/** Builds the rooms and hands out the one library API. Nothing is loaded or fetched yet. Errors: `invalid_file` for a database that cannot be opened. */
export function createSanjha(options: CreateSanjhaOptions): Sanjha {
  const { settings, paths, log, env, clock = systemClock } = options
  const { config } = settings
  const network = { env, log, offline: config.network.offline }
  const fetch = options.fetch ?? createFetch(network)
  const database = openDatabase(paths.database, [
    ...modelsMigrations,
    ...runsMigrations,
    ...chatsMigrations,
    ...speedsMigrations,
  ])
  const models = createModels({ paths, database, config, env, log, clock })
  const backends = createBackends({
    engines: paths.engines,
    fetch: (request) => fetchPackageFiles(request, { config, env, log, clock }),
    clock,
    ...options.backends,
  })
  const kinds = [
    createPullRunKind(models),
    createDefaultModelRunKind({
      models,
      usable: async (name) =>
        (await models.hasChanged(name)) ? undefined : (await resolveEngineSource(name, sources))?.model,
      // Whoever begins such a run asks for a model; `autoPull` is about those that nobody asked for.
      choose: ({ signal, ...how }) => chooseDefault({ ...how, autoPull: true }, signal),
    }),
    createEngineInstallRunKind(backends),
  ]
  const live = new LiveHub({ clock, log })
  const runFeed = new RunFeed(live, () => runs, log)
  const runs: Runs = createRuns({ database, kinds, clock, log, onChange: (id) => runFeed.changed(id) })
  const chats = tellChanges(createChats({ database, clock }), (data) => live.publish({ name: 'chats', data }))
  const metrics = createMetrics()
  const liveSettings = createLiveSettings({ running: settings, reload: options.reload, log })
  const current = async (): Promise<Config> => (await liveSettings.current()).config
  const remotes = new Remotes({ config, current: async () => (await current()).remotes, env, fetch, clock, log })
  const sources = { models, remotes, adapters: config.adapters }
  const pool = createEnginePool({
    resolve: (name) => resolveEngineSource(name, sources),
    suggest: (name) => models.suggest(name),
    factories: {
      llama: createLlamaFactory({
        logs: paths.logs,
        threads: config.engine.threads,
        slots: config.engine.slots,
        backend: config.engine.backend,
        engines: paths.engines,
        gpuLayers: config.engine.gpuLayers,
        kvType: config.engine.kvType,
        speculative: config.engine.speculative,
        log,
        clock,
        ...options.llama,
      }),
      remote: createRemoteFactory({ fetch }),
    },
    keepAliveMs: config.engine.keepAliveMs,
    memoryLimitBytes: config.engine.memoryLimitBytes,
    maxLoaded: config.engine.maxLoaded,
    contextLength: config.engine.contextLength,
    kvType: config.engine.kvType,
    clock,
    log,
  })

  const ensureModel = async (given: string, ensure: EnsureModelOptions = {}): Promise<string> => {
    const adapter = config.adapters.find((known) => known.name === given)
    if (adapter !== undefined) {
      await ensureModel(adapter.model, ensure)
      return given
    }
    // Another process, in another folder, may have to resume the pull.
    const name = absoluteReference(given, process.cwd())
    const changed = await models.hasChanged(name)
    const source = changed ? undefined : await resolveEngineSource(name, sources)
    if (source !== undefined) return source.model
    if (!(await current()).models.autoPull) {
      throw new SanjhaError(
        'model_not_found',
        `“${name}” ${changed ? 'has changed since it was stored' : 'is not stored'}, and fetching models is switched off (models.autoPull).`,
        {
          hint: `Fetch it yourself: sanjha pull ${name}`,
          param: 'model',
        },
      )
    }
    ensure.signal?.throwIfAborted()
    const run = runs.start('pull', { model: name })
    const cancel = (): void => {
      try {
        runs.cancel(run.id)
      } catch (error) {
        // It ended in the very moment. Thrown from a signal's listener, that would end the process.
        log.debug({ run: run.id, reason: SanjhaError.from(error).message }, 'nothing is left to cancel')
      }
    }
    ensure.signal?.addEventListener('abort', cancel, { once: true })
    try {
      for await (const event of runs.events(run.id, 0, new AbortController().signal)) ensure.onEvent?.(event)
    } finally {
      ensure.signal?.removeEventListener('abort', cancel)
    }
    const ended = await runs.wait(run.id)
    if (ended.error !== null) throw SanjhaError.fromJSON(ended.error)
    if (ended.state !== 'succeeded') {
      throw new SanjhaError('cancelled', 'The pull was interrupted.', {
        hint: `\`sanjha pull ${name}\` goes on where it stopped.`,
      })
    }
    return (ended.result as { readonly name: string }).name
  }

  const chooseDefault = async (
    how: Pick<DefaultModelOptions, 'ensure' | 'say'> & { readonly autoPull?: boolean },
    signal: AbortSignal | undefined,
  ): Promise<string> => {
    const chosen = (await current()).models
    return await ensureDefaultModel({
      config: { ...config, models: { ...chosen, autoPull: how.autoPull ?? chosen.autoPull } },
      models,
      hubAnswers: async () =>
        !config.network.offline &&
        (await answersWithin(fetch, config.hub.endpoint, config.downloads.probeTimeoutMs, signal)) === undefined,
      ensure: how.ensure,
      say: how.say,
    })
  }
  const defaultModel = (ensure: EnsureModelOptions = {}): Promise<string> =>
    chooseDefault(
      { ensure: (name) => ensureModel(name, ensure), say: ensure.say ?? ((line) => log.info({}, line)) },
      ensure.signal,
    )

  const insights = createModelInsights({ models, pool, config, paths, database, clock })
  const answering = createGateway({
    pool,
    metrics,
    config,
    clock,
    log,
    defaultModel: (signal) => defaultModel({ signal }),
  })
  const gateway = notingSpeeds(answering, insights, pool, log)

  const { handle } = gateway
  const tools = createToolServers({ servers: config.toolServers, env, fetch })
  const answers = createAnswers({ database, chats, models, pool, config, handle, live, tools, clock, log })
  live.addSource(
    new HomeWatch({ live, database, models, pool, runFeed, settings, clock, log, also: () => answers.look() }),
  )

  let closing: Promise<void> | undefined
  return {
    version,
    config,
    settings,
    liveSettings,
    remotes: createRemoteAdmin({ settings: liveSettings, config, pool, env, paths, fetch, log }),
    paths,
    log,
    fetch,
    publicFetch: createFetch({ ...network, publicOnly: true }),
    models,
    insights,
    runs,
    engines: pool,
    backends,
    chats,
    answers,
    tools,
    responses: createResponseStore({ database, clock }),
    metrics,
    live,
    handle,
    ensureModel,
    ensureDefaultModel: defaultModel,
    remoteModels: (signal) => remotes.list(signal),
    close: () => {
      closing ??= (async () => {
        live.close()
        await answers.close()
        await tools.close()
        await runs.close()
        await pool.close()
        models.close()
        database.close()
      })()
      return closing
    },
  }
}
