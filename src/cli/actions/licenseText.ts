import type { CatalogEntry } from '../../models/index.ts'

/** A licence for people: what the catalogue knows to restrict use is said to be restricted wherever it is named. */
export function licenseText(license: string | null, catalog: readonly CatalogEntry[]): string {
  if (license === null) return 'unknown'
  const known = catalog.filter((entry) => entry.license === license)
  const isRestricted = known.length > 0 && known.every((entry) => !entry.openLicense)
  return isRestricted ? `${license} (restricted)` : license
}
