export { type Catalog, type CatalogMatch, openCatalog } from './Catalog.ts'
export type { CatalogData, CatalogFile, CatalogLicense, CatalogModel, CatalogParts } from './catalogTypes.ts'
