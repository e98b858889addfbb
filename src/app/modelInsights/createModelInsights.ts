import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Clock, type Config, type Database, isNodeError, type Paths } from '../../core/index.ts'
import { type EnginePool, type Hardware, readHardware } from '../../engine/index.ts'
import type { CatalogEntry, ModelDetails, ModelSummary, Models, ResolvedReference } from '../../models/index.ts'
import type { Insight, InsightfulCatalogEntry, ModelInsights, ModelSpeed, PullPreview } from './contract.ts'
import { estimateSpeed, type MeasuredModel, soundsLikeExperts } from './estimateSpeed.ts'
import { catalogCapabilities, modelCapabilities } from './modelCapabilities.ts'
import { modelFit } from './modelFit.ts'
import { openModelSpeeds } from './modelSpeeds.ts'

export interface ModelInsightsOptions {
  readonly models: Models
  readonly pool: Pick<EnginePool, 'budget'>
  readonly config: Pick<Config, 'engine'>
  readonly paths: Pick<Paths, 'store'>
  readonly database: Database
  readonly clock: Clock
  readonly hardware?: () => Pick<Hardware, 'cpuModel' | 'usableCores'>
}

/** What a header tells for good: the same digest says the same for ever. */
interface HeaderFacts {
  readonly contextBytesPerToken: number | null
  readonly capabilities: readonly string[]
  readonly hasExperts: boolean
  /** Digests of its files: 64 hex digits each. */
  readonly files: readonly string[]
}

/** Answers what a person wants to know of a model before they fetch or load it. */
export function createModelInsights(options: ModelInsightsOptions): ModelInsights {
  const { models, pool, database, clock, hardware = readHardware } = options
  const { engine } = options.config
  const { cpuModel, usableCores } = hardware()
  const speeds = openModelSpeeds(database, `${cpuModel} × ${usableCores}, ${engine.backend}`, clock)
  const headers = new Map<string, HeaderFacts>()

  const readFacts = (model: ModelDetails): HeaderFacts => {
    const facts: HeaderFacts = {
      contextBytesPerToken: model.contextBytesPerToken,
      capabilities: modelCapabilities(model),
      hasExperts: Number(model.metadata[`${model.architecture}.expert_count`] ?? 0) > 0,
      files: model.files.map(({ digest }) => digest.replace('sha256:', '')),
    }
    headers.set(model.digest, facts)
    return facts
  }

  /** Undefined when the header cannot be read, or the model went away meanwhile. */
  const factsOf = async (model: ModelSummary): Promise<HeaderFacts | undefined> => {
    const known = headers.get(model.digest)
    if (known !== undefined) return known
    // Its own page says what is wrong with it; the list of the others must not fail for it.
    const details = await models.find(model.name).catch(() => undefined)
    return details?.digest === model.digest ? readFacts(details) : undefined
  }

  const measuredAmong = (
    stored: readonly ModelSummary[],
    rates: ReadonlyMap<string, number>,
  ): readonly MeasuredModel[] =>
    stored.flatMap((model) => {
      const tokensPerSecond = rates.get(model.digest)
      if (tokensPerSecond === undefined || headers.get(model.digest)?.hasExperts !== false) return []
      return [{ name: model.name, weightsBytes: model.size, tokensPerSecond }]
    })

  const storedInsight = (
    model: ModelSummary,
    facts: HeaderFacts | undefined,
    rates: ReadonlyMap<string, number>,
    measured: readonly MeasuredModel[],
    availableBytes: number,
  ): Insight => ({
    fit: modelFit(
      {
        weightsBytes: model.size,
        contextBytesPerToken: facts?.contextBytesPerToken ?? null,
        contextLength: model.contextLength,
        wrongFormat: model.format === 'gguf' ? null : model.format,
        isMeasured: facts !== undefined,
      },
      availableBytes,
      engine,
    ),
    openLicense: models.isOpenLicense(model.license),
    capabilities: facts?.capabilities ?? [],
    speed: speedOf(model, facts, rates, measured),
  })

  /** Reads the facts of all stored models, so that each measured one can serve for an estimate. */
  const survey = async (): Promise<{
    readonly stored: readonly ModelSummary[]
    readonly facts: ReadonlyMap<string, HeaderFacts | undefined>
    readonly rates: ReadonlyMap<string, number>
    readonly measured: readonly MeasuredModel[]
    readonly availableBytes: number
  }> => {
    const stored = await models.list()
    const facts = new Map<string, HeaderFacts | undefined>()
    for (const model of stored) facts.set(model.digest, await factsOf(model))
    for (const digest of headers.keys()) if (!facts.has(digest)) headers.delete(digest)
    const rates = speeds.all()
    return { stored, facts, rates, measured: measuredAmong(stored, rates), availableBytes: pool.budget().totalBytes }
  }

  return {
    list: async () => {
      const { stored, facts, rates, measured, availableBytes } = await survey()
      return stored.map((model) => ({
        ...model,
        ...storedInsight(model, facts.get(model.digest), rates, measured, availableBytes),
      }))
    },
    of: async (model) => {
      const { rates, measured, availableBytes } = await survey()
      return { ...model, ...storedInsight(model, readFacts(model), rates, measured, availableBytes) }
    },
    catalog: async () => {
      const { rates, measured, stored, facts, availableBytes } = await survey()
      const byFile = new Map(
        stored.flatMap((model) => facts.get(model.digest)?.files.map((file) => [file, model] as const) ?? []),
      )
      return models.catalog().map((entry): InsightfulCatalogEntry => {
        const capabilities = catalogCapabilities(entry)
        const files = entry.files.map((file) => {
          const here = file.sha256 === null ? undefined : byFile.get(file.sha256)
          const known = here && storedInsight(here, facts.get(here.digest), rates, measured, availableBytes)
          return {
            ...file,
            ...(known ?? {
              fit: catalogFit(entry, file, availableBytes, engine),
              openLicense: entry.openLicense,
              capabilities,
              speed: catalogSpeed(entry, file, capabilities, measured),
            }),
          }
        })
        return { ...entry, files }
      })
    },
    preview: async (reference, signal) => {
      const resolved = await models.resolve(reference, { signal })
      return preview(reference, resolved, options)
    },
    note: (digest, tokensPerSecond) => speeds.note(digest, tokensPerSecond),
  }
}

function speedOf(
  model: ModelSummary,
  facts: HeaderFacts | undefined,
  rates: ReadonlyMap<string, number>,
  measured: readonly MeasuredModel[],
): ModelSpeed | null {
  const rate = rates.get(model.digest)
  if (rate !== undefined) return { tokensPerSecond: Math.round(rate * 10) / 10, how: 'measured' }
  // Of a mixture of experts only a part is read for each token, and which part no size tells.
  if (facts === undefined || facts.hasExperts || !facts.capabilities.includes('completion')) return null
  return model.format === 'gguf' ? estimateSpeed(model.size, measured) : null
}

type CatalogFile = CatalogEntry['files'][number]

const isGguf = (file: CatalogFile): boolean => file.file.toLowerCase().endsWith('.gguf')

/** The ending, as people name formats; for a file without one the catalogue's own word. */
const formatOf = (file: CatalogFile): string | null =>
  isGguf(file) ? null : (/\.([a-z0-9]+)$/i.exec(file.file)?.[1]?.toLowerCase() ?? 'another')

function catalogFit(
  entry: CatalogEntry,
  file: CatalogFile,
  availableBytes: number,
  engine: Config['engine'],
): Insight['fit'] {
  if (file.size === null) return null
  return modelFit(
    {
      weightsBytes: file.size,
      contextBytesPerToken: null,
      contextLength: entry.contextLength,
      wrongFormat: formatOf(file),
      isMeasured: false,
    },
    availableBytes,
    engine,
  )
}

function catalogSpeed(
  entry: CatalogEntry,
  file: CatalogFile,
  capabilities: readonly string[],
  measured: readonly MeasuredModel[],
): ModelSpeed | null {
  if (file.size === null || !isGguf(file) || !capabilities.includes('completion')) return null
  return soundsLikeExperts(entry.id) ? null : estimateSpeed(file.size, measured)
}

async function preview(
  reference: string,
  { name, source, files, messages }: ResolvedReference,
  { models, pool, config, paths }: ModelInsightsOptions,
): Promise<PullPreview> {
  const sizes = files.map((file) => file.size)
  const size =
    files.length > 0 && !sizes.includes(null) ? sizes.reduce<number>((sum, each) => sum + (each ?? 0), 0) : null
  const weights = files.filter((file) => /\.(?:gguf|safetensors)$/i.test(file.name))
  const first = weights[0] ?? files[0]
  const sha256 = first?.digest?.replace(/^sha256:/, '') ?? null
  const entry = models
    .catalog()
    .find((each) =>
      each.files.some((file) => (sha256 !== null && file.sha256 === sha256) || file.sources.includes(source)),
    )
  const stored = await models.find(source).catch(() => undefined)
  const license = entry?.license ?? stored?.license ?? null
  const weightsBytes = weights.length > 0 && !weights.some((file) => file.size === null)
  const ending = /\.([a-z0-9]+)$/i.exec(first?.name ?? '')?.[1]?.toLowerCase() ?? 'gguf'
  return {
    name,
    reference,
    source,
    file: first?.name ?? null,
    files,
    size,
    sha256,
    license,
    openLicense: entry?.openLicense ?? models.isOpenLicense(license),
    diskFreeBytes: await diskFree(paths.store),
    fit: weightsBytes
      ? modelFit(
          {
            weightsBytes: weights.reduce((sum, file) => sum + (file.size ?? 0), 0),
            contextBytesPerToken: stored?.contextBytesPerToken ?? null,
            contextLength: stored?.contextLength ?? entry?.contextLength ?? null,
            wrongFormat: ending === 'gguf' ? null : ending,
            isMeasured: stored !== undefined,
          },
          pool.budget().totalBytes,
          config.engine,
        )
      : null,
    messages,
  }
}

/** Where the store is not made yet, the disk that it will be on. */
async function diskFree(directory: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch (error) {
    const parent = dirname(directory)
    if (!isNodeError(error) || parent === directory) throw error
    return diskFree(parent)
  }
}
