export type {
  AttachRequest,
  CommitManifestRequest,
  CommitRequest,
  Damage,
  FileRole,
  ModelStore,
  StagedFile,
} from './contract.ts'
export { isModelManifest, type Manifest, parseManifest } from './manifest.ts'
export { mediaTypes } from './mediaTypes.ts'
export { openStore, type StoreOptions } from './openStore.ts'
export { modelsMigrations } from './sqliteIndex.ts'
