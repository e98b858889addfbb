import { SanjhaError } from '../../core/index.ts'
import type { Descriptor } from '../contract.ts'
import { digestOf } from '../digest.ts'
import type { Blobs } from './blobs.ts'
import type { AttachManifestRequest, AttachRequest } from './contract.ts'
import type { Layout, StoredReferrer } from './layout.ts'
import { parseManifest } from './manifest.ts'
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

/** Stores evidence that was made elsewhere, without changing a byte. */
export async function attachManifest(
  { manifest: content, blobs: parts }: AttachManifestRequest,
  { blobs, layout }: { readonly blobs: Blobs; readonly layout: Layout },
): Promise<Descriptor> {
  const digest = digestOf(content)
  const manifest = parseManifest(content, digest)
  const have = new Set(parts.map(digestOf))
  return layout.update(async (index) => {
    const subject = [...index.models, ...index.referrers].find((m) => m.manifest.digest === manifest.subject?.digest)
    if (subject === undefined) {
      throw new SanjhaError('not_found', `The store has no manifest that ${digest} is about.`)
    }
    for (const { digest: part } of [manifest.config, ...manifest.layers]) {
      if (!have.has(part) && (await blobs.size(part)) === undefined) {
        throw new SanjhaError('invalid_file', `The evidence ${digest} comes without its part ${part}.`)
      }
    }
    const artifactType = manifest.artifactType ?? manifest.config.mediaType
    const descriptor: Descriptor = {
      mediaType: mediaTypes.manifest,
      digest,
      size: content.byteLength,
      artifactType,
      ...(manifest.annotations && { annotations: manifest.annotations }),
    }
    const finish = (): Descriptor => descriptor
    if (index.referrers.some((r) => r.manifest.digest === digest)) return { index, finish }
    for (const part of parts) await blobs.write(part)
    await blobs.write(content)
    const referrer: StoredReferrer = { manifest: descriptor, subject: subject.manifest.digest }
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
