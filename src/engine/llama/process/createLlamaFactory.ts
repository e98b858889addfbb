import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, type Logger, SanjhaError, silentLogger } from '../../../core/index.ts'
import type { EngineFactory, LlamaSource } from '../../pool/index.ts'
import type { BackendName } from '../backends/contract.ts'
import { openEngineLog } from './engineLog.ts'
import type { EngineLimits } from './startEngineChild.ts'
import { type RestartPolicy, superviseEngine } from './superviseEngine.ts'

export interface LlamaFactoryOptions {
  /** Folder of the log files `engine-NAME.log`. */
  readonly logs: string
  readonly threads?: number | 'auto'
  /** Requests that one model works on at once; null or absent: the engine chooses. */
  readonly slots?: number | null
  /** What computes. Default `cpu`; another one must have been installed in `engines`. */
  readonly backend?: BackendName
  /** Folder of the installed backends. */
  readonly engines?: string
  readonly gpuLayers?: number | 'auto'
  readonly kvType?: 'f16' | 'q8_0' | 'q4_0'
  readonly speculative?: boolean
  /** Where the native libraries are; absent: the installed package's. */
  readonly libraryDirectory?: string
  readonly limits?: Partial<EngineLimits>
  readonly restart?: Partial<RestartPolicy>
  readonly log?: Logger
  readonly clock?: Clock
  /** The module that hosts the engine and its export; for tests. Default: the native engine. */
  readonly module?: string
  readonly exportName?: string
}

/** Loads stored models with the embedded llama.cpp, each in a supervised process of its own. */
export function createLlamaFactory(options: LlamaFactoryOptions): EngineFactory<LlamaSource> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const {
    log = silentLogger,
    module = new URL(`../native/index${extension}`, import.meta.url).href,
    exportName = 'createNativeEngine',
  } = options
  return async ({ source, load, contextLength, onProgress }, signal) => {
    const native = options.libraryDirectory ?? (await installedLibraries(options))
    const engineLog = openEngineLog(join(options.logs, engineLogName(source.model)), { log })
    const supervised = superviseEngine(
      {
        name: source.model,
        module,
        exportName,
        options: {
          modelPath: source.modelPath,
          contextLength,
          threads: options.threads ?? 'auto',
          defaults: source.defaults,
          ...given({
            modelParts: source.modelParts,
            slots: options.slots ?? undefined,
            gpuLayers: options.gpuLayers,
            kvType: options.kvType,
            speculative: options.speculative,
            libraryDirectory: native,
            backend: options.backend,
            adapters: source.adapter === undefined ? load.adapters : [source.adapter, ...(load.adapters ?? [])],
            draftModelPath: load.draftModelPath,
            pooling: load.pooling,
            chatTemplate: source.chatTemplate,
          }),
        },
        engineLog,
        onProgress,
        log,
        ...given({ limits: options.limits, restart: options.restart, clock: options.clock }),
      },
      signal,
    )
    return supervised.catch((error: unknown) => {
      engineLog.close()
      throw damaged(error, source) ?? error
    })
  }
}

/** Where the backend's libraries are; undefined for the CPU's, which are found by themselves. */
async function installedLibraries({ backend = 'cpu', engines }: LlamaFactoryOptions): Promise<string | undefined> {
  if (backend === 'cpu') return undefined
  // Only here: the table of its digests is large.
  const { findInstalledBackend } = await import('../backends/findInstalledBackend.ts')
  return findInstalledBackend(backend, engines)
}

/** What to do about a stored file that is gone or cannot be loaded; undefined when the failure is another one. */
function damaged(error: unknown, source: LlamaSource): SanjhaError | undefined {
  if (!SanjhaError.is(error) || (error.code !== 'invalid_file' && error.code !== 'not_found')) return undefined
  const { model } = source
  const files = source.modelParts ?? [source.modelPath]
  const missing = files.find((path) => !existsSync(path))
  const hint = `Should it be damaged: \`sanjha pull --force ${model}\` fetches it anew. \`sanjha logs ${model}\` prints what the engine said.`
  if (missing !== undefined) {
    const message = `A file of ${model} is no longer in the store.`
    return new SanjhaError('invalid_file', message, { cause: error, hint, details: { file: missing } })
  }
  if (!files.includes(String(error.details?.['file']))) return undefined
  const message = `llama.cpp cannot load ${model}: the file is damaged, or of an architecture that this version does not know.`
  return new SanjhaError('invalid_file', message, { cause: error, hint, ...given({ details: error.details }) })
}

/** The name of a model's log file, for `sanjha logs`. */
export function engineLogName(model: string): string {
  return `engine-${model.replaceAll(/[^\w.-]+/g, '_').slice(0, 120)}.log`
}

/** Without the members that are undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
