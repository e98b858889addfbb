export { absoluteReference } from './absoluteReference.ts'
export {
  type Catalog,
  type CatalogLicense,
  type CatalogMatch,
  type CatalogModel,
  openCatalog,
} from './catalog/index.ts'
export type {
  CatalogEntry,
  Confidence,
  Descriptor,
  ModelDefaults,
  ModelDetails,
  ModelFormat,
  ModelSource,
  ModelSummary,
  Models,
  PullOptions,
  PullProgress,
  Removal,
  ResolvedReference,
} from './contract.ts'
export { createModels, type ModelsOptions, type ModelsRoom } from './createModels.ts'
export { fetchPackageFiles, type PackageFilesRequest } from './fetchPackageFiles.ts'
export { createPullRunKind, type PullInput, type PullResult } from './pullRun.ts'
export { formatReference, parseReference, type Reference } from './reference.ts'
export { type ModelStore, modelsMigrations } from './store/index.ts'
