import { expect, it } from 'vitest'
import { licenseText } from './licenseText.ts'

it.each([
  ['Apache-2.0', 'Apache-2.0 (open)'],
  ['LicenseRef-Gemma-Terms', 'LicenseRef-Gemma-Terms (restricted)'],
  ['LicenseRef-LFM-1.0', 'LicenseRef-LFM-1.0 (restricted)'],
  // It calls itself open; nobody whom we read says so.
  ['LicenseRef-Truly-Open', 'LicenseRef-Truly-Open (not known whether open)'],
  ['CC-BY-NC-4.0', 'CC-BY-NC-4.0 (not known whether open)'],
  [null, 'unknown'],
])('%s is told as %s', (license, text) => expect(licenseText(license)).toBe(text))
