import type { ModelLists } from './mergeModels.ts'
import type { CatalogFile, CatalogModel, LoadedModel, PullRun, StoredModel } from './wire.ts'

/** Made-up answers of the server, for tests. */

export const nothingListed: ModelLists = { stored: [], catalog: [], served: [], loaded: [], pulls: [] }

export const storedModel = (name: string, changes: Partial<StoredModel> = {}): StoredModel => ({
  name,
  digest: `sha256:${name}`,
  size: 1,
  format: 'gguf',
  license: 'Apache-2.0',
  modified: '2026-11-24T08:00:00.000Z',
  architecture: 'llama',
  parameters: 2,
  quantization: 'Q4_1',
  contextLength: 3,
  aliases: [],
  fit: null,
  openLicense: true,
  capabilities: ['completion', 'chat'],
  speed: null,
  ...changes,
})

export const catalogFile = (changes: Partial<CatalogFile> = {}): CatalogFile => ({
  file: 'a.gguf',
  role: 'weights',
  sha256: 'x',
  size: 5,
  quantization: 'Q4_K_M',
  sources: ['hf://o/r/a.gguf'],
  fit: null,
  openLicense: true,
  capabilities: ['completion', 'chat'],
  speed: null,
  ...changes,
})

export const catalogModel = (
  id: string,
  files: readonly CatalogFile[],
  changes: Partial<CatalogModel> = {},
): CatalogModel => ({
  id,
  name: id.toUpperCase(),
  family: 'family',
  organization: 'Somebody',
  shortNames: [id],
  purpose: ['chat'],
  license: 'MIT',
  openLicense: true,
  parameters: '350M',
  contextLength: 4,
  files,
  notes: null,
  ...changes,
})

export const loadedModel = (model: string, memoryBytes = 0): LoadedModel => ({
  model,
  digest: null,
  engine: 'llama',
  state: 'ready',
  contextLength: 2048,
  status: {
    active: 0,
    waiting: 0,
    threads: 2,
    threadsReason: 'measured',
    memoryBytes,
    generationTokensPerSecond: 0,
  },
  expiresAt: null,
})

let runs = 0
export const pullRun = (model: string, changes: Partial<PullRun> = {}): PullRun => ({
  id: `run-${++runs}`,
  state: 'running',
  input: { model },
  result: null,
  error: null,
  progress: null,
  attempts: 1,
  createdAt: '2026-11-24T08:00:00.000Z',
  endedAt: null,
  ...changes,
})
