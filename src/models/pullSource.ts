import { SanjhaError } from '../core/index.ts'
import type { Catalog } from './catalog/index.ts'
import type { ModelDetails, PullOptions } from './contract.ts'
import { bringFile, type DownloadTools } from './download/index.ts'
import { type PullDeps, registryContext } from './pullContext.ts'
import { catalogMatch, type PullPlan, type PullSource } from './pullPlan.ts'
import type { PullReporter } from './pullProgress.ts'
import { formatReference, parseReference, type RegistryReference } from './reference.ts'
import type { FileRole, StagedFile } from './store/index.ts'
import { type ResolvedFile, type ResolvedModel, resolveReference, type TransportContext } from './transports/index.ts'

/** One pull at work. */
export interface PullWork {
  readonly deps: PullDeps
  readonly context: TransportContext
  readonly tools: DownloadTools
  readonly reporter: PullReporter
  readonly directory: string
  readonly key: string
  readonly options: PullOptions
  readonly signal: AbortSignal | undefined
}

/** One source: resolve, fetch, verify, commit. */
export async function pullFrom(plan: PullPlan, source: PullSource, work: PullWork): Promise<ModelDetails> {
  const { deps, reporter, directory, tools, signal } = work
  if (source.reference.scheme === 'oci') return await pullOci(plan, source.reference, work)
  reporter.phase('resolve', `Asking ${formatReference(source.reference)}`)
  const resolved = await resolveSource(plan, source, work.context)
  for (const message of resolved.messages) reporter.say(message)
  const expected = promisedDigest(plan, resolved, deps.catalog)

  reporter.begin(resolved.files.map((file) => ({ name: file.name, size: sizeToFetch(file) })))
  const staged: StagedFile[] = []
  for (const file of resolved.files) {
    // By force means: even if it is here, because what is here may be damaged.
    const { digest, size } = file
    const mayBeHere = work.options.force !== true && digest !== null && size !== null
    if (mayBeHere && (await deps.store.hasBlob(digest, size))) {
      reporter.file(file.name, { completed: size, total: size })
      staged.push({ path: deps.store.blobPath(digest), name: file.name, digest, size, role: file.role })
      continue
    }
    const promised = resolved.files.length === 1 && expected !== null ? expected : { digest, size }
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
  { deps, context, options }: PullWork,
): Promise<ModelDetails> {
  const { pullFromRegistry } = await import('./registry/index.ts')
  return await pullFromRegistry(reference, plan.name, registryContext(deps, context), options)
}

/** What a source offers. Fetches no weights. */
export async function resolveSource(
  plan: PullPlan,
  source: PullSource,
  context: TransportContext,
): Promise<ResolvedModel> {
  if (source.parts === null) return await resolveReference(source.reference, context)
  const parts = await Promise.all(source.parts.map(async (part) => await resolveReference(part, context)))
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
export function promisedDigest(
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
