import { rmdir } from 'node:fs/promises'
import { type Clock, SanjhaError, systemClock } from '../core/index.ts'
import type { ModelDetails, PullOptions } from './contract.ts'
import { cancelled, type DownloadTools } from './download/index.ts'
import { type PullConfig, type PullDeps, transportContext } from './pullContext.ts'
import { type PullPlan, planPull } from './pullPlan.ts'
import { PullReporter } from './pullProgress.ts'
import { type PullWork, pullFrom } from './pullSource.ts'
import { formatReference } from './reference.ts'
import { lockStaging } from './stagingLock.ts'
import type { ModelStore } from './store/index.ts'
import { trySources } from './trySources.ts'

export type { PullConfig, PullDeps }

/**
 * Brings a model into the store: finds out what is meant, asks its sources in turn until one gives the bytes, verifies
 * them and commits. Two processes that pull the same model work in turn, and the second finds it done.
 *
 * Errors: `invalid_reference`, `model_not_found`, `unsupported`, `network_unreachable`, `upstream_error`, `unauthorized`,
 * `forbidden`, `rate_limited`, `digest_mismatch`, `disk_full`, `invalid_file`, `invalid_config`, `cancelled`. After any
 * of them the store is as it was, and the same call goes on from what was fetched.
 */
export async function pullModel(reference: string, deps: PullDeps, options: PullOptions = {}): Promise<ModelDetails> {
  const { catalog, clock = systemClock } = deps
  const plan = planPull(reference, catalog)
  try {
    return await pullPlanned(plan, deps, options, clock)
  } catch (error) {
    if (options.signal?.aborted) throw cancelled()
    throw SanjhaError.from(error)
  }
}

async function pullPlanned(plan: PullPlan, deps: PullDeps, options: PullOptions, clock: Clock): Promise<ModelDetails> {
  const { store } = deps
  const reporter = new PullReporter(clock, options.onProgress)
  if (options.force !== true) {
    const stored = await findStored(plan, store)
    if (stored !== undefined) return stored
  }
  const key = plan.digest ?? plan.name
  const directory = await store.stagingDirectory(key)
  const { release, waited } = await lockStaging(directory, reporter, clock, options.signal)
  try {
    // Whoever was here before us may have brought it.
    if (waited || options.force !== true) {
      const stored = await findStored(plan, store)
      if (stored !== undefined) return stored
    }
    await store.stagingDirectory(key) // and have removed the folder
    const context = await transportContext(deps, options.signal)
    const tools: DownloadTools = { net: context.net, ...(deps.freeSpace && { freeSpace: deps.freeSpace }) }
    const { signal } = options
    const work: PullWork = { deps, context, tools, reporter, directory, key, options, signal }
    return await trySources(plan, (source) => pullFrom(plan, source, work), {
      signal,
      onNext: (source) => reporter.say(`Trying another source of the same bytes: ${source}`),
      onFailure: (source, error) => {
        deps.log?.warn({ source, code: error.code }, 'a source of a model failed')
        // A single source's reason is the error itself, and is heard once.
        if (plan.sources.length > 1) reporter.say(`${source}: ${error.message}`)
      },
    })
  } finally {
    reporter.end()
    // An empty folder keeps nothing; one with a partial file stays for the next attempt.
    await rmdir(directory).catch(() => undefined)
    await release()
  }
}

/** A stored model with the planned bytes, under the planned name; undefined when it must be fetched. */
async function findStored(plan: PullPlan, store: ModelStore): Promise<ModelDetails | undefined> {
  if (plan.digest !== null && plan.match !== null) {
    const stored = await store.findByBlob(plan.digest)
    const file = stored?.files.find((f) => f.digest === plan.digest)
    if (stored === undefined || file === undefined || !(await isWhole(stored, store))) return undefined
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
  const stored = await store.findBySource(formatReference(source.reference))
  return stored !== undefined && (await isWhole(stored, store)) ? stored : undefined
}

/** False when a file is gone or of another size: a damaged one may have been dropped to be fetched again. */
async function isWhole({ files }: ModelDetails, store: ModelStore): Promise<boolean> {
  return (await Promise.all(files.map(({ digest, size }) => store.hasBlob(digest, size)))).every(Boolean)
}
