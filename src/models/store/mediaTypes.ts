/** Media types of OCI (image-spec 1.1) and of CNCF ModelPack (model-spec 1). */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  empty: 'application/vnd.oci.empty.v1+json',
  model: 'application/vnd.cncf.model.manifest.v1+json',
  modelConfig: 'application/vnd.cncf.model.config.v1+json',
  weight: 'application/vnd.cncf.model.weight.v1.raw',
  weightConfig: 'application/vnd.cncf.model.weight.config.v1.raw',
  doc: 'application/vnd.cncf.model.doc.v1.raw',
  /** Our kind of evidence: licence texts and cards that came with a model. */
  documents: 'application/vnd.sanjha.model.documents.v1',
} as const

export const annotationKeys = {
  /** Of OCI: the name of a manifest in a layout's index. */
  name: 'org.opencontainers.image.ref.name',
  /** Of OCI: the file name of a layer; oras and podman write files under it. */
  title: 'org.opencontainers.image.title',
  /** Of ModelPack: the same. */
  file: 'org.cncf.model.filepath',
  /** Ours, in `index.json` only: when it was stored, where it came from, what its header says, what it is evidence of. */
  stored: 'sanjha.stored',
  sources: 'sanjha.sources',
  facts: 'sanjha.facts',
  subject: 'sanjha.subject',
} as const

/** OCI's empty config. */
export const emptyConfig: {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
} = {
  mediaType: mediaTypes.empty,
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  size: 2,
}
