import { SanjhaError } from '../../core/index.ts'
import type { Descriptor } from '../contract.ts'
import { digestOf } from '../digest.ts'
import type { Blobs } from './blobs.ts'
import type { AttachRequest } from './contract.ts'
import type { Layout, StoredReferrer } from './layout.ts'
import { emptyConfig, mediaTypes } from './mediaTypes.ts'

/** Stores a manifest whose `subject` is a manifest of the store. The same evidence twice is one. Errors: `not_found`. */
export async function attachReferrer(
  request: AttachRequest,
  { blobs, layout }: { readonly blobs: Blobs; readonly layout: Layout },
): Promise<Descriptor> {
  return layout.update(async (index) => {
    const subject = [...index.models, ...index.referrers].find((m) => m.manifest.digest === request.subject)?.manifest
    if (subject === undefined) {
      throw new SanjhaError('not_found', `The store has no manifest ${request.subject} to attach anything to.`)
    }
    const layers: Descriptor[] = []
    for (const { mediaType, content, annotations } of request.layers) {
      const digest = await blobs.write(content)
      layers.push({ mediaType, digest, size: content.byteLength, ...(annotations && { annotations }) })
    }
    await blobs.write(new TextEncoder().encode('{}'))
    const { mediaType, digest, size } = subject
    const manifest = new TextEncoder().encode(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        artifactType: request.artifactType,
        config: emptyConfig,
        // The specification wants at least one layer; evidence may consist of annotations alone.
        layers: layers.length > 0 ? layers : [emptyConfig],
        subject: { mediaType, digest, size },
        ...(request.annotations && { annotations: request.annotations }),
      }),
    )
    const descriptor: Descriptor = {
      mediaType: mediaTypes.manifest,
      digest: digestOf(manifest),
      size: manifest.byteLength,
      artifactType: request.artifactType,
      ...(request.annotations && { annotations: request.annotations }),
    }
    const finish = (): Descriptor => descriptor
    if (index.referrers.some((r) => r.manifest.digest === descriptor.digest)) return { index, finish }
    await blobs.write(manifest)
    const referrer: StoredReferrer = { manifest: descriptor, subject: request.subject }
    return { index: { ...index, referrers: [...index.referrers, referrer] }, finish }
  })
}

/** Digests of all evidence about a manifest, and of evidence about that evidence. */
export function dependents(referrers: readonly StoredReferrer[], subject: string): Set<string> {
  const found = new Set<string>()
  const queue = [subject]
  for (let about = queue.pop(); about !== undefined; about = queue.pop()) {
    for (const { manifest, subject: its } of referrers) {
      if (its !== about || found.has(manifest.digest)) continue
      found.add(manifest.digest)
      queue.push(manifest.digest)
    }
  }
  return found
}
