import { apiKey } from './apiKey.ts'
import { type ErrorFacts, LabError } from './LabError.ts'
import type { Api } from './schema.ts'

interface Options<Method, Body> {
  readonly method?: Method
  readonly body?: Body
  readonly signal?: AbortSignal
}

/** Requests as the server's document has them, by address and method. */
type Pattern<Path extends string> = Path extends `${infer Start}{${string}}${infer End}`
  ? `${Start}${string}${Pattern<End>}`
  : Path
type Known = { [Path in keyof Api]: Pattern<Path> }[keyof Api]
type WithoutQuery<Path extends string> = Path extends `${infer Start}?${string}` ? Start : Path
/** The document's name for an address: `/models/{name}` for `/models/${string}`. */
type NameOf<Path extends string> = {
  [Name in keyof Api]: [WithoutQuery<Path>, Pattern<Name>] extends [Pattern<Name>, WithoutQuery<Path>] ? Name : never
}[keyof Api]
type Methods<Path extends string> = keyof Api[NameOf<Path>] & string
type Operation<Path extends string, Method> = Api[NameOf<Path>][Method & keyof Api[NameOf<Path>]]
type BodyOf<Path extends string, Method> = Operation<Path, Method> extends { body: infer Body } ? Body : undefined
type AnswerOf<Path extends string, Method> = Operation<Path, Method> extends { answer: infer Answer } ? Answer : unknown

/**
 * One request to Sanjha's own API. Errors: `LabError`, with the server's code, or `unreachable`.
 * An address that is written as a template, with nothing but names between slashes, has the types of the server's document:
 * ask(`/models/${encodeURIComponent(name)}/removal`). For others the answer's type is stated: ask<Run>(path).
 * @param path behind `/sanjha/v1`; one that begins with `/v1/` is an address of the OpenAI surface
 */
export function ask<
  const Path extends Known | `${Known}?${string}`,
  const Method extends Methods<Path> = 'GET' & Methods<Path>,
>(path: Path, options?: Options<Method, BodyOf<Path, Method>>): Promise<AnswerOf<Path, Method>>
export function ask<Answer>(path: string, options?: Options<string, unknown>): Promise<Answer>
export async function ask(path: string, options: Options<string, unknown> = {}): Promise<unknown> {
  const { method = 'GET', body, signal } = options
  const key = apiKey.get()
  const headers: Record<string, string> = { accept: 'application/json' }
  if (key !== undefined) headers['authorization'] = `Bearer ${key}`
  if (body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  let text: string
  try {
    response = await fetch(path.startsWith('/v1/') ? path : `/sanjha/v1${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })
    // The way may also end in the middle of the answer.
    text = await response.text()
  } catch (error) {
    signal?.throwIfAborted()
    throw LabError.from(error)
  }
  if (!response.ok) throw new LabError(readError(text, response))
  try {
    return JSON.parse(text)
  } catch {
    throw new LabError(readError('', response))
  }
}

function readError(text: string, { status, statusText }: Response): ErrorFacts {
  try {
    const { error } = JSON.parse(text) as { error: ErrorFacts }
    if (typeof error.code === 'string' && typeof error.message === 'string') return error
  } catch {
    // Something between here and the server answered, in its own words.
  }
  return { code: 'unknown', message: `${status} ${statusText}`.trim(), status, retryable: status >= 500 }
}
