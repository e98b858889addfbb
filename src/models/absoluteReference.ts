import { resolve } from 'node:path'
import { SanjhaError } from '../core/index.ts'
import { formatReference, parseReference, type Reference } from './reference.ts'

/**
 * A reference that means the same in every process: a relative path becomes absolute, everything else stays as it was
 * typed, also what is no reference at all.
 */
export function absoluteReference(text: string, cwd: string): string {
  let reference: Reference
  try {
    reference = parseReference(text)
  } catch (error) {
    if (SanjhaError.is(error)) return text // whoever uses it says what is wrong with it
    throw error
  }
  return reference.scheme === 'file' ? formatReference({ ...reference, path: resolve(cwd, reference.path) }) : text
}
