import type { Descriptor, PullOptions } from '../contract.ts'
import { PullReporter } from '../pullProgress.ts'
import type { RegistryReference } from '../reference.ts'
import { mediaTypes, parseManifest } from '../store/index.ts'
import type { RegistryClient } from './RegistryClient.ts'
import { openRegistry, type RegistryContext } from './registryContext.ts'
import { uploadBlob } from './uploadBlob.ts'

export interface PushOptions extends PullOptions {
  /** A repository of the same registry that has the model already. */
  readonly mountFrom?: string
  readonly chunkBytes?: number
}

/**
 * Sends a stored model and all evidence about it. Blobs that are there are not sent again.
 * Errors: `model_not_found`, `unauthorized`, `forbidden`, `network_unreachable`, `upstream_error`, `cancelled`.
 */
export async function pushToRegistry(
  digest: string,
  target: RegistryReference,
  context: RegistryContext,
  options: PushOptions = {},
): Promise<{ readonly digest: string }> {
  const client = openRegistry(target, context, options)
  const reporter = new PullReporter(context.clock, options.onProgress)
  const tag = target.tag ?? (target.digest === null ? 'latest' : target.digest)
  await pushManifest(digest, tag, { client, context, options, reporter })
  await pushReferrers(digest, { client, context, options, reporter })
  return { digest }
}

interface Push {
  readonly client: RegistryClient
  readonly context: RegistryContext
  readonly options: PushOptions
  readonly reporter: PullReporter
}

async function pushManifest(
  digest: string,
  reference: string,
  { client, context, options, reporter }: Push,
): Promise<{ readonly subject: boolean }> {
  const { store } = context
  const content = await store.readBlob(digest)
  const manifest = parseManifest(content, digest)
  const blobs = [...new Map([manifest.config, ...manifest.layers].map((b) => [b.digest, b])).values()]
  const label = (blob: Descriptor): string => blob.annotations?.['org.cncf.model.filepath'] ?? blob.digest.slice(0, 19)
  reporter.begin(blobs.map((b) => ({ name: label(b), size: b.size })))
  for (const blob of blobs) {
    await uploadBlob(
      client,
      { digest: blob.digest, size: blob.size, from: store.blobPath(blob.digest) },
      {
        clock: context.clock,
        signal: options.signal,
        onSent: (bytes) => reporter.file(label(blob), { completed: bytes, total: blob.size }),
        ...(options.mountFrom !== undefined && { mountFrom: options.mountFrom }),
        ...(options.chunkBytes !== undefined && { chunkBytes: options.chunkBytes }),
      },
    )
  }
  // The manifest comes last: until then nothing names what is there.
  return client.putManifest(reference, content, manifest.mediaType)
}

async function pushReferrers(subject: string, push: Push): Promise<void> {
  for (const referrer of await push.context.store.referrers(subject)) {
    const { subject: tracked } = await pushManifest(referrer.digest, referrer.digest, push)
    if (!tracked) await push.client.addFallbackReferrer(subject, { ...referrer, mediaType: mediaTypes.manifest })
    await pushReferrers(referrer.digest, push)
  }
}
