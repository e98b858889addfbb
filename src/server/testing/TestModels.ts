import { SanjhaError } from '../../core/index.ts'
import type {
  CatalogEntry,
  ModelDetails,
  ModelSummary,
  Models,
  PullOptions,
  Removal,
  ResolvedReference,
} from '../../models/index.ts'

export function testModel(name: string, changes: Partial<ModelDetails> = {}): ModelDetails {
  return {
    name,
    digest: `sha256:${'a'.repeat(64)}`,
    size: 91_725_984,
    format: 'gguf',
    license: 'Apache-2.0',
    modified: '2026-11-24T08:00:00.000Z',
    architecture: 'llama',
    parameters: 134_515_008,
    quantization: 'Q4_1',
    contextLength: 2048,
    aliases: [],
    sources: [{ reference: `pypi://example/${name}.gguf`, fetched: null }],
    template: '{% if tools %}tools{% endif %}',
    defaults: { system: '', temperature: 0.2 },
    files: [{ name: `${name}.gguf`, digest: `sha256:${'b'.repeat(64)}`, size: 91_725_984, path: '/nowhere' }],
    licenseSource: 'header',
    catalog: null,
    metadata: { 'general.architecture': 'llama' },
    embeddingLength: 576,
    layers: 30,
    contextBytesPerToken: 23_040,
    ...changes,
  }
}

/** A models room in memory. `slow` can be pulled but never arrives; `broken` fails; everything else arrives at once. */
export class TestModels implements Models {
  /** What the catalogue knows. */
  known: readonly CatalogEntry[] = []
  readonly #models = new Map<string, ModelDetails>()

  constructor(names: readonly string[]) {
    for (const name of names) this.#models.set(name, testModel(name))
  }

  async list(): Promise<ModelSummary[]> {
    return [...this.#models.values()].map(
      ({ sources, template, defaults, files, licenseSource, catalog, metadata, ...rest }) => {
        const { embeddingLength, layers, contextBytesPerToken, ...summary } = rest
        return summary
      },
    )
  }

  async find(name: string): Promise<ModelDetails | undefined> {
    return this.#models.get(name) ?? this.#models.get(name.replace(/:latest$/, ''))
  }

  catalog(): readonly CatalogEntry[] {
    return this.known
  }

  async prune(): Promise<{ freedBytes: number; removed: number }> {
    return { freedBytes: 0, removed: 0 }
  }

  async resolve(reference: string): Promise<ResolvedReference> {
    return { name: reference, source: `test:${reference}`, files: [], messages: [] }
  }

  async pull(reference: string, options: PullOptions = {}): Promise<ModelDetails> {
    const report = (phase: 'resolve' | 'download' | 'verify' | 'store', completed: number): void =>
      options.onProgress?.({ phase, completed, total: 100, rate: null, eta: null })
    report('resolve', 0)
    if (reference === 'broken') {
      throw new SanjhaError('digest_mismatch', 'The bytes received are not the bytes that were promised.')
    }
    report('download', 50)
    if (reference === 'slow') {
      await new Promise((_, reject) => {
        options.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true })
      })
    }
    report('download', 100)
    report('verify', 100)
    const model = testModel(reference)
    this.#models.set(reference, model)
    return model
  }

  async remove(name: string): Promise<{ removed: string; freedBytes: number }> {
    const model = this.#models.get(name)
    if (model === undefined) throw this.#unknown(name)
    this.#models.delete(name)
    return { removed: name, freedBytes: model.size }
  }

  async removal(name: string): Promise<Removal> {
    const model = this.#models.get(name)
    if (model === undefined) throw this.#unknown(name)
    return { removes: [name], freedBytes: model.size, sharedBytes: 0 }
  }

  isOpenLicense(license: string | null): boolean | null {
    return license === null ? null : license === 'Apache-2.0'
  }

  async copy(source: string, target: string): Promise<ModelSummary> {
    const model = this.#models.get(source)
    if (model === undefined) throw this.#unknown(source)
    this.#models.set(target, { ...model, name: target })
    return (await this.list()).find((m) => m.name === target)!
  }

  async push(): Promise<{ digest: string }> {
    throw new SanjhaError('unsupported', 'Tests push nothing.')
  }

  async suggest(name: string): Promise<string[]> {
    return [...this.#models.keys()].filter((known) => known.startsWith(name.slice(0, 3)))
  }

  close(): void {}

  #unknown(name: string): SanjhaError {
    return new SanjhaError('model_not_found', `There is no model ${JSON.stringify(name)}.`)
  }
}
