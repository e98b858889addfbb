import type { PullOptions, ResolvedReference } from './contract.ts'
import { type PullDeps, registryContext, transportContext } from './pullContext.ts'
import { type PullPlan, type PullSource, planPull } from './pullPlan.ts'
import { promisedDigest, resolveSource } from './pullSource.ts'
import { formatReference } from './reference.ts'
import { trySources } from './trySources.ts'

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
  return await trySources(plan, (source) => resolveOne(plan, source, deps, options), options)
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
    const files = await resolveInRegistry(source.reference, registryContext(deps, context), options)
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
