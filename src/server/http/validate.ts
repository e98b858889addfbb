import type { z } from 'zod'
import { SanjhaError } from '../../core/index.ts'

type Issue = z.core.$ZodIssue

/**
 * Checks `value` against `schema`. Errors: `invalid_request` that names the field at fault as `param`, the way OpenAI
 * writes it: `messages[0].content`.
 */
export function validate<T>(schema: z.ZodType<T>, value: unknown, where: 'body' | 'query'): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { path, message } = deepest(result.error.issues[0]!)
  const param = writePath(path)
  throw new SanjhaError(
    'invalid_request',
    param === '' ? `The ${where} is not as expected: ${message}.` : `\`${param}\`: ${message}.`,
    param === '' ? {} : { param },
  )
}

/** Where several forms are allowed, the form that got furthest tells what is really wrong. */
function deepest(issue: Issue): { readonly path: readonly PropertyKey[]; readonly message: string } {
  const own = { path: issue.path, message: trimStop(issue.message) }
  if (issue.code !== 'invalid_union') return own
  let best = own
  let depth = 0
  for (const branch of issue.errors) {
    const first = branch[0]
    if (first === undefined) continue
    const found = deepest(first)
    if (found.path.length > depth) {
      depth = found.path.length
      best = { path: [...issue.path, ...found.path], message: found.message }
    }
  }
  return best
}

function trimStop(message: string): string {
  return message.endsWith('.') ? message.slice(0, -1) : message
}

function writePath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const key of path) text += typeof key === 'number' ? `[${key}]` : `${text && '.'}${String(key)}`
  return text
}
