/** Licence names as model publishers write them, that are no SPDX ids. Keys are lower case. */
const known: Readonly<Record<string, string>> = {
  'apache-2.0': 'Apache-2.0',
  'apache 2.0': 'Apache-2.0',
  mit: 'MIT',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd-2-clause': 'BSD-2-Clause',
  'cc-by-4.0': 'CC-BY-4.0',
  'cc-by-sa-4.0': 'CC-BY-SA-4.0',
  'cc-by-nc-4.0': 'CC-BY-NC-4.0',
  'cc-by-nc-sa-4.0': 'CC-BY-NC-SA-4.0',
  'cc0-1.0': 'CC0-1.0',
  'gpl-3.0': 'GPL-3.0-only',
  'agpl-3.0': 'AGPL-3.0-only',
  llama2: 'LicenseRef-Llama-2-Community',
  llama3: 'LicenseRef-Llama-3-Community',
  'llama3.1': 'LicenseRef-Llama-3.1-Community',
  'llama3.2': 'LicenseRef-Llama-3.2-Community',
  'llama3.3': 'LicenseRef-Llama-3.3-Community',
  llama4: 'LicenseRef-Llama-4-Community',
  gemma: 'LicenseRef-Gemma-Terms',
  'qwen-research': 'LicenseRef-Qwen-Research',
  qwen: 'LicenseRef-Qwen',
  'lfm1.0': 'LicenseRef-LFM-1.0',
}

/**
 * The licence that a header states, as an SPDX id or a `LicenseRef-…` for what is not on SPDX's list; null where it
 * states none, or only that it is some other licence.
 * @param id `general.license` of a GGUF, or `license` of a model card
 * @param name `general.license.name`, which says which one an `other` is
 */
export function licenseFromHeader(id: unknown, name?: unknown): string | null {
  for (const value of [id, name]) {
    if (typeof value !== 'string') continue
    const text = value.trim()
    const lower = text.toLowerCase()
    if (lower === '' || lower === 'other' || lower === 'unknown') continue
    const found = known[lower]
    if (found !== undefined) return found
    // Whatever it is called, it is no SPDX id that we know: never pass it off as one.
    return `LicenseRef-${text
      .replace(/[^A-Za-z0-9.-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 80)}`
  }
  return null
}
