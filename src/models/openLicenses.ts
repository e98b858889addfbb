/**
 * Whether the licences that headers name and the catalogue does not describe are open: free to use, change and pass on,
 * for anybody and anything (the Open Source Definition and the Open Definition). What is not here is not known.
 */
export const openLicenses: ReadonlyMap<string, boolean> = new Map([
  ['AGPL-3.0-only', true],
  ['Apache-2.0', true],
  ['BSD-2-Clause', true],
  ['BSD-3-Clause', true],
  ['CC-BY-4.0', true],
  ['CC-BY-SA-4.0', true],
  ['CC0-1.0', true],
  ['GPL-3.0-only', true],
  ['MIT', true],
  ['CC-BY-NC-4.0', false],
  ['CC-BY-NC-SA-4.0', false],
  ['LicenseRef-Llama-2-Community', false],
  ['LicenseRef-Llama-3-Community', false],
  ['LicenseRef-Llama-4-Community', false],
])
