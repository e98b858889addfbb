import type { CopyRequest } from '../../parts/copyAs/contract.ts'
import { isObject } from '../../parts/jsonSchema/schemaProblem.ts'
import { commandOf } from './commands.ts'
import type { Operation } from './operations.ts'

/** What a person filled in. */
export interface Form {
  readonly parameters: Readonly<Record<string, string>>
  /** JSON; the empty text where nothing is sent. */
  readonly body: string
}

/** The address with everything filled in. A query's parameter that is empty is left out. */
export function buildPath(operation: Operation, parameters: Form['parameters']): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''))
  const query = operation.parameters
    .filter((each) => each.in === 'query' && (parameters[each.name] ?? '') !== '')
    .map(({ name }) => `${encodeURIComponent(name)}=${encodeURIComponent(parameters[name] ?? '')}`)
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

/** What is wrong with the body's text, in the browser's words; undefined where it is JSON. */
export function bodyProblem(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The request to copy; undefined while its body is no JSON. */
export function buildCopy(
  operation: Operation,
  form: Form,
  target: { server: string; needsKey: boolean },
): CopyRequest | undefined {
  const hasBody = operation.body !== undefined
  if (hasBody && bodyProblem(form.body) !== undefined) return undefined
  const body: unknown = hasBody ? JSON.parse(form.body) : undefined
  if (operation.id === 'postV1ChatCompletions' && isObject(body)) {
    const { model, messages, ...parameters } = body
    if (typeof model === 'string' && Array.isArray(messages) && messages.every(isObject)) {
      return { kind: 'chat', ...target, model, messages: messages as never, parameters }
    }
  }
  const command = commandOf(operation.id, { parameters: form.parameters, body })
  return {
    kind: 'request',
    ...target,
    method: operation.method,
    path: buildPath(operation, form.parameters),
    ...(hasBody && { body }),
    ...(operation.streams && { streams: true }),
    ...(command && { command }),
  }
}
