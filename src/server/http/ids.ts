import { randomBytes } from 'node:crypto'

/** A fresh id such as `chatcmpl-9f86d081884c7d659a2feaa0`. */
export function newId(prefix: string): string {
  return prefix + randomBytes(12).toString('hex')
}
