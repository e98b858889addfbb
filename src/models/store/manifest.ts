import { SanjhaError } from '../../core/index.ts'
import type { Descriptor, ModelFormat } from '../contract.ts'
import { digestOf } from '../digest.ts'
import type { ModelFacts } from '../formats/index.ts'
import type { FileRole } from './contract.ts'
import { isDescriptor } from './descriptor.ts'
import { annotationKeys, mediaTypes } from './mediaTypes.ts'

/** An OCI image manifest, as far as Sanjha reads it. */
export interface Manifest {
  readonly schemaVersion: 2
  readonly mediaType: string
  readonly artifactType?: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Readonly<Record<string, string>>
}

/** A file that goes into a model's manifest. */
export interface ManifestFile {
  readonly name: string
  readonly digest: string
  readonly size: number
  readonly role: FileRole
}

const mediaTypeOf: Readonly<Record<FileRole, string>> = {
  weights: mediaTypes.weight,
  projector: mediaTypes.weight,
  config: mediaTypes.weightConfig,
  template: mediaTypes.weightConfig,
  license: mediaTypes.doc,
  doc: mediaTypes.doc,
}

/**
 * The manifest and config of a model: a function of its files alone. No time, no source, and no name that a source
 * gave, so that the same bytes have the same digest wherever they came from. A change here changes the digest of every
 * model: a test holds it fast.
 */
export function buildManifest(
  files: readonly ManifestFile[],
  format: ModelFormat,
  facts: Pick<ModelFacts, 'architecture' | 'parameters' | 'quantization'>,
): { readonly manifest: Uint8Array; readonly config: Uint8Array } {
  const named = normaliseNames(files, format)
  const config = encode({
    descriptor: {},
    modelfs: { type: 'layers', diffIds: named.map((f) => f.digest) },
    config: {
      ...(facts.architecture !== null && { architecture: facts.architecture }),
      format,
      paramSize: parameterSize(facts.parameters),
      ...(facts.quantization !== null && { quantization: facts.quantization }),
    },
  })
  const manifest = encode({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: mediaTypes.model,
    config: { mediaType: mediaTypes.modelConfig, digest: digestOf(config), size: config.byteLength },
    layers: named.map((file) => ({
      mediaType: mediaTypeOf[file.role],
      digest: file.digest,
      size: file.size,
      annotations: { [annotationKeys.title]: file.name, [annotationKeys.file]: file.name },
    })),
  } satisfies Manifest)
  return { manifest, config }
}

const roleOrder: readonly FileRole[] = ['weights', 'projector', 'config', 'template', 'license', 'doc']

/** Weights first; split files keep the naming pattern by which llama.cpp finds the other parts. */
export function normaliseNames(files: readonly ManifestFile[], format: ModelFormat): ManifestFile[] {
  const weights = files.filter((f) => f.role === 'weights').toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const total = String(weights.length).padStart(5, '0')
  const nameOf = (file: ManifestFile): string => {
    if (file.role === 'projector') return 'mmproj.gguf'
    if (file.role === 'template') return 'template.jinja'
    if (file.role !== 'weights') return file.name
    const part = weights.length === 1 ? '' : `-${String(weights.indexOf(file) + 1).padStart(5, '0')}-of-${total}`
    return `model${part}.${format}`
  }
  const named = files.map((file) => ({ ...file, name: nameOf(file) }))
  const rank = (file: ManifestFile): number => roleOrder.indexOf(file.role)
  return named.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** ModelPack's `paramSize`: a count with at most one decimal and one of K, M, B, T. */
function parameterSize(parameters: number): string {
  for (const [scale, letter] of [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
  ] as const) {
    if (parameters >= scale) return `${Math.round((parameters / scale) * 10) / 10}${letter}`
  }
  return `${Math.round(parameters / 100) / 10}K`
}

/** Reads a manifest. Errors: `invalid_file`. */
export function parseManifest(content: Uint8Array, digest: string): Manifest {
  let value: Partial<Manifest> | null
  try {
    value = JSON.parse(new TextDecoder().decode(content)) as Partial<Manifest> | null
  } catch (cause) {
    throw bad(digest, 'it is no JSON', cause)
  }
  if (typeof value !== 'object' || value === null || value.schemaVersion !== 2)
    throw bad(digest, 'it is no OCI manifest')
  const { config, layers, subject } = value
  if (!isDescriptor(config) || !Array.isArray(layers) || !layers.every(isDescriptor)) {
    throw bad(digest, 'its config or layers are malformed')
  }
  if (subject !== undefined && !isDescriptor(subject)) throw bad(digest, 'its subject is malformed')
  return { ...(value as Manifest), mediaType: value.mediaType ?? mediaTypes.manifest }
}

/** The files of a model's manifest, with their roles. Errors: `unsupported` for weights packed in an archive. */
export function filesOf(manifest: Manifest): ManifestFile[] {
  return manifest.layers.map((layer, index) => {
    const { mediaType, digest, size } = layer
    const name = layer.annotations?.[annotationKeys.file] ?? layer.annotations?.[annotationKeys.title]
    const base = name?.split('/').at(-1) ?? `layer-${index}`
    if (/\.tar(?:\+\w+)?$/.test(mediaType) && /weight/.test(mediaType)) {
      throw new SanjhaError('unsupported', 'The weights of this model are packed in an archive inside the registry.', {
        hint: 'Only models whose weights are stored as they are (media type ending in `.raw`) can be used.',
      })
    }
    return { name: base, digest, size, role: roleOf(mediaType, base) }
  })
}

function roleOf(mediaType: string, name: string): FileRole {
  if (mediaType === mediaTypes.weight || /\.(?:gguf|safetensors)$/.test(name)) {
    return name.startsWith('mmproj') ? 'projector' : 'weights'
  }
  if (name.endsWith('.jinja')) return 'template'
  if (mediaType === mediaTypes.weightConfig || name.endsWith('.json')) return 'config'
  return /licen[cs]e/i.test(name) ? 'license' : 'doc'
}

export function isModelManifest(manifest: Manifest): boolean {
  return manifest.artifactType === mediaTypes.model || manifest.config.mediaType === mediaTypes.modelConfig
}

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

function bad(digest: string, why: string, cause?: unknown): SanjhaError {
  return new SanjhaError('invalid_file', `The manifest ${digest} cannot be used: ${why}.`, { cause })
}
