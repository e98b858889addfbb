import { isDeepStrictEqual } from 'node:util'
import { SanjhaError } from '../../core/index.ts'
import type { OutputFormat, ToolChoice } from '../../engine/index.ts'

/**
 * The one form that an answer shall have. `given` holds what each field asks for, under the field's name; `toolChoice`
 * is in conflict with all when it forces a call, which has a form of its own.
 * Errors: `invalid_request` that names both fields when two ask for different things: one would have no effect.
 */
export function oneFormat(
  given: Readonly<Record<string, OutputFormat | undefined>>,
  toolChoice?: ToolChoice | undefined,
): OutputFormat | undefined {
  const fields = Object.entries(given).filter(([, format]) => format !== undefined)
  const asking = fields.filter(([, format]) => format?.type !== 'text')
  const [first] = asking
  if (first === undefined) return fields[0]?.[1]
  // The same said twice is no conflict: some clients do so to be understood by every server.
  const other = asking.find(([, format]) => !isDeepStrictEqual(format, first[1]))
  if (other !== undefined) throw excludes(first[0], other[0])
  if (toolChoice === 'required' || typeof toolChoice === 'object') throw excludes(first[0], 'tool_choice')
  return first[1]
}

function excludes(first: string, other: string): SanjhaError {
  const both = `\`${first}\` and \`${other}\``
  return new SanjhaError('invalid_request', `${both} exclude each other: an answer has one form.`, {
    param: first,
    hint: 'Give one of them.',
  })
}
