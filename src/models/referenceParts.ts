import type { SanjhaError } from '../core/index.ts'

/** Splits `name:tag` at the last colon. */
export function splitTag(text: string): [name: string, tag: string | null] {
  const colon = text.lastIndexOf(':')
  return colon < 0 ? [text, null] : [text.slice(0, colon), text.slice(colon + 1)]
}

/** Splits `name@revision` at the first at-sign: an at-sign in a name is written `%40`. */
export function splitRevision(text: string): [name: string, revision: string | null] {
  const at = text.indexOf('@')
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]
}

/** Characters that mean something in a reference, or that would be lost on the way. */
const special = /[%@?#\s:\u0000-\u001f\u007f]/g

/** Writes a path so that `decodePath` gives it back. */
export function encodePath(path: string): string {
  return path.replace(special, (character) => encodeURIComponent(character))
}

/**
 * Reads a path inside a repository or an archive. It may not leave it: no empty part, no `.` or `..`, no backslash.
 * @param fail makes the error from the reason
 */
export function decodePath(path: string, fail: (why: string) => SanjhaError): string {
  let plain: string
  try {
    plain = decodeURIComponent(path)
  } catch {
    throw fail('its percent encoding is malformed (write a percent sign as %25)')
  }
  if (plain === '' || plain.endsWith('/')) throw fail('it names no file')
  if (/[\u0000-\u001f\u007f\\]/.test(plain)) throw fail('its path contains a backslash or a control character')
  if (plain.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw fail('its path contains an empty part, `.` or `..`')
  }
  return plain
}
