import { apiKey } from './apiKey.ts'
import { type ErrorFacts, LabError } from './LabError.ts'

/**
 * One request to Sanjha's own API. Errors: `LabError`, with the server's code, or `unreachable`.
 * @param path behind `/sanjha/v1`; one that begins with `/v1/` is an address of the OpenAI surface
 */
export async function ask<T>(
  path: string,
  options: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const { method = 'GET', body, signal } = options
  const key = apiKey.get()
  const headers: Record<string, string> = { accept: 'application/json' }
  if (key !== undefined) headers['authorization'] = `Bearer ${key}`
  if (body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(path.startsWith('/v1/') ? path : `/sanjha/v1${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw LabError.from(error)
  }
  const text = await response.text()
  if (response.ok) return JSON.parse(text) as T
  throw new LabError(readError(text, response))
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
