import { SanjhaError, silentLogger, systemClock } from '../core/index.ts'
import type { PullOptions, ResolvedReference } from './contract.ts'
import { cancelled } from './download/index.ts'
import { defaultPullConfig, type PullDeps, transportContext } from './pullContext.ts'
import { allSourcesFailed, mayHelpElsewhere, type SourceFailure } from './pullErrors.ts'
import { type PullPlan, type PullSource, planPull } from './pullPlan.ts'
import { promisedDigest, resolveSource } from './pullSource.ts'
import { formatReference } from './reference.ts'

/**
 * Finds out what a pull would fetch, and from where, without fetching it: the first of the sources that answers.
 * Errors: as `pullModel`, but for those of the download and the disk.
 */
export async function resolveModel(
  text: string,
  deps: PullDeps,
  options: PullOptions = {},
): Promise<ResolvedReference> {
  const plan = planPull(text, deps.catalog)
  const failures: SourceFailure[] = []
  for (const source of plan.sources) {
    try {
      return await resolveOne(plan, source, deps, options)
    } catch (thrown) {
      if (options.signal?.aborted) throw cancelled()
      const error = SanjhaError.from(thrown)
      if (!mayHelpElsewhere(error)) throw error
      failures.push({ source: formatReference(source.reference), error })
    }
  }
  throw allSourcesFailed(plan, failures)
}

async function resolveOne(
  plan: PullPlan,
  source: PullSource,
  deps: PullDeps,
  options: PullOptions,
): Promise<ResolvedReference> {
  const context = await transportContext(deps, options.signal)
  if (source.reference.scheme === 'oci') {
    const { resolveInRegistry } = await import('./registry/index.ts')
    const { env = process.env, clock = systemClock, log = silentLogger } = deps
    const { downloads, network } = deps.config ?? defaultPullConfig(env)
    const registry = {
      store: deps.store,
      env,
      network,
      downloads,
      clock,
      log,
      home: context.home,
      ...(deps.fetch && { fetch: deps.fetch }),
    }
    const files = await resolveInRegistry(source.reference, registry, options)
    return { name: plan.name, source: formatReference(source.reference), files, messages: [] }
  }
  const resolved = await resolveSource(plan, source, context)
  const promised = promisedDigest(plan, resolved, deps.catalog)
  return {
    name: plan.name,
    source: resolved.source,
    files: resolved.files.map(({ name, size, digest }) => ({
      name,
      size: size ?? promised?.size ?? null,
      digest: digest ?? promised?.digest ?? null,
    })),
    messages: resolved.messages,
  }
}
