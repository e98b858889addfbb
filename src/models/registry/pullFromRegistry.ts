import { SanjhaError } from '../../core/index.ts'
import type { Descriptor, ModelDetails, PullOptions } from '../contract.ts'
import { type BroughtFile, bringFile, type DownloadTools } from '../download/index.ts'
import { PullReporter } from '../pullProgress.ts'
import { formatReference, type RegistryReference } from '../reference.ts'
import { lockStaging } from '../stagingLock.ts'
import { isModelManifest, type Manifest, mediaTypes, parseManifest } from '../store/index.ts'
import type { FetchedManifest, RegistryClient } from './RegistryClient.ts'
import { downloadTools, openRegistry, type RegistryContext } from './registryContext.ts'

/** What a pull would fetch: the files of a model in a registry. Errors: as `pullFromRegistry`, but for those of the disk. */
export async function resolveInRegistry(
  reference: RegistryReference,
  context: RegistryContext,
  options: PullOptions = {},
): Promise<{ name: string; size: number; digest: string }[]> {
  const client = openRegistry(reference, context, options)
  const fetched = await findModel(client, reference, formatReference(reference))
  const { layers } = parseManifest(fetched.content, fetched.digest)
  return layers.map(({ annotations, digest, size }) => ({
    name: annotations?.['org.cncf.model.filepath'] ?? digest,
    size,
    digest,
  }))
}

/** Evidence is small. What is larger than this, or more than so many, is not fetched, and that is said. */
const limits = { referrers: 256, depth: 4, blobBytes: 4 * 1024 * 1024 }

/**
 * Brings a model and the evidence about it from a registry, byte for byte, so that digests and evidence hold.
 * @param name what the model will be called
 * Errors: `model_not_found`, `unsupported` (no ModelPack), `unauthorized`, `forbidden`, `digest_mismatch`,
 * `network_unreachable`, `upstream_error`, `disk_full`, `invalid_file`, `cancelled`.
 */
export async function pullFromRegistry(
  reference: RegistryReference,
  name: string,
  context: RegistryContext,
  options: PullOptions = {},
): Promise<ModelDetails> {
  const { store } = context
  const client = openRegistry(reference, context, options)
  const source = formatReference(reference)
  const reporter = new PullReporter(context.clock, options.onProgress)
  reporter.phase('resolve', `Asking ${source}`)
  const fetched = await findModel(client, reference, source)
  const manifest = parseManifest(fetched.content, fetched.digest)
  const blobs = [...new Map([manifest.config, ...manifest.layers].map((b) => [b.digest, b])).values()]
  reporter.begin(blobs.map((b) => ({ name: b.digest, size: b.size })))
  const model = await withStaging(`oci:${fetched.digest}`, context, reporter, options, async (directory) => {
    const tools = await downloadTools(context)
    const files: { path: string; digest: string; size: number }[] = []
    for (const blob of blobs) {
      // By force means: even if it is here, because what is here may be damaged.
      if (options.force !== true && (await store.hasBlob(blob.digest, blob.size))) {
        reporter.file(blob.digest, { completed: blob.size, total: blob.size })
        continue
      }
      const brought = await bringBlob(blob, { client, source, directory, reporter, tools, options })
      files.push({ path: brought.path, digest: brought.digest, size: brought.size })
    }
    reporter.phase('store')
    return await store.commitManifest({ manifest: fetched.content, files, name, source })
  })
  const counted = { left: limits.referrers }
  await pullReferrers(fetched.digest, client, context, counted, 0)
  return model
}

interface BlobWork {
  readonly client: RegistryClient
  readonly source: string
  readonly directory: string
  readonly reporter: PullReporter
  readonly tools: DownloadTools
  readonly options: PullOptions
}

/** A token may expire during a long download: then a new one is asked for, and the download goes on where it was. */
async function bringBlob(
  blob: Descriptor,
  { client, source, directory, reporter, tools, options }: BlobWork,
): Promise<BroughtFile> {
  const label = `${source} (${blob.annotations?.['org.cncf.model.filepath'] ?? blob.digest.slice(0, 19)})`
  let completed = 0
  for (;;) {
    const before = completed
    const { url, headers } = await client.blobUrl(blob.digest)
    try {
      return await bringFile(
        {
          origin: { kind: 'http', url, headers, label },
          directory,
          name: blob.digest.replace(':', '-'),
          expected: { size: blob.size, digest: blob.digest },
          signal: options.signal,
          onProgress: (progress) => {
            completed = progress.completed
            reporter.file(blob.digest, progress)
          },
        },
        tools,
      )
    } catch (error) {
      // Without a byte in between, the token is not what is wrong.
      if (!SanjhaError.is(error) || error.code !== 'unauthorized' || completed <= before) throw error
    }
  }
}

/**
 * Works in the staging folder of a key, which is gone when all went well. Two references to one manifest share the folder,
 * so whoever pulls the second has to wait.
 */
async function withStaging<T>(
  key: string,
  { store, clock }: RegistryContext,
  reporter: PullReporter,
  options: PullOptions,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const { release } = await lockStaging(await store.stagingDirectory(key), reporter, clock, options.signal)
  try {
    // Who was here before us has removed it.
    const result = await work(await store.stagingDirectory(key))
    await store.discardStaging(key)
    return result
  } finally {
    await release()
  }
}

/** The manifest that the reference names; of several behind one name, the one that is a model. */
async function findModel(
  client: RegistryClient,
  reference: RegistryReference,
  source: string,
): Promise<FetchedManifest> {
  const fetched = await client.getManifest(reference.digest ?? reference.tag ?? 'latest')
  const { manifests } = JSON.parse(new TextDecoder().decode(fetched.content)) as { manifests?: unknown }
  if (!Array.isArray(manifests)) return fetched
  for (const entry of manifests as Descriptor[]) {
    if (entry.artifactType !== mediaTypes.model) continue
    return client.getManifest(entry.digest)
  }
  throw new SanjhaError(
    'unsupported',
    `${source} is a list of images, none of which is a model in the ModelPack format.`,
  )
}

async function pullReferrers(
  subject: string,
  client: RegistryClient,
  context: RegistryContext,
  counted: { left: number },
  depth: number,
): Promise<void> {
  const { store, log } = context
  const present = new Set((await store.referrers(subject)).map((r) => r.digest))
  for (const { digest } of await client.referrers(subject)) {
    if (counted.left-- <= 0 || depth >= limits.depth) {
      log.warn({ subject }, 'There is more evidence about this model in the registry than is fetched')
      return
    }
    if (!present.has(digest)) {
      try {
        await pullReferrer(subject, digest, client, context)
      } catch (error) {
        const { code, message } = SanjhaError.from(error)
        if (code === 'network_unreachable' || code === 'cancelled' || code === 'disk_full') throw error
        log.warn({ subject, digest, error: message }, 'Evidence in the registry cannot be used')
        continue
      }
    }
    await pullReferrers(digest, client, context, counted, depth + 1)
  }
}

async function pullReferrer(
  subject: string,
  digest: string,
  client: RegistryClient,
  { store }: RegistryContext,
): Promise<void> {
  const { content } = await client.getManifest(digest)
  const manifest: Manifest = parseManifest(content, digest)
  if (manifest.subject?.digest !== subject || isModelManifest(manifest)) {
    throw new SanjhaError('invalid_file', `The manifest ${digest} is no evidence about ${subject}.`)
  }
  const blobs: Uint8Array[] = []
  for (const blob of [manifest.config, ...manifest.layers]) {
    if (blob.size > limits.blobBytes) {
      throw new SanjhaError('unsupported', `The evidence ${digest} is larger than ${limits.blobBytes / 1048576} MiB.`)
    }
    blobs.push(
      (await store.hasBlob(blob.digest, blob.size))
        ? await store.readBlob(blob.digest)
        : await client.getBlob(blob.digest, blob.size),
    )
  }
  await store.attachManifest({ manifest: content, blobs })
}
