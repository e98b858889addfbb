import { type Catalog, openCatalog } from '../../models/index.ts'

/**
 * A licence for people: beside its id, in words, whether it is an open one, as the catalogue knows it. Of a licence that
 * the catalogue does not know nothing is guessed, least of all from its name.
 */
export function licenseText(license: string | null, catalog: Pick<Catalog, 'license'> = builtIn()): string {
  if (license === null) return 'unknown'
  const known = catalog.license(license)
  if (known === undefined) return `${license} (not known whether open)`
  return `${license} (${known.open ? 'open' : 'restricted'})`
}

let opened: Catalog | undefined
function builtIn(): Catalog {
  opened ??= openCatalog()
  return opened
}
