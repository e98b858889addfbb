import type { SanjhaError } from '../../core/index.ts'
import { anthropicError } from '../anthropic/errors.ts'
import { ollamaError } from '../ollama/errors.ts'
import { openaiError } from '../openai/errors.ts'
import { publicError } from './errorText.ts'
import { json, type SurfaceName } from './route.ts'

/** Which API a request belongs to, and with it the shape of its errors. Two APIs have `/v1/models`; a header tells them apart. */
export function surfaceOf({ path, headers }: { readonly path: string; readonly headers: Headers }): SurfaceName {
  if (path.startsWith('/sanjha/')) return 'admin'
  if (path.startsWith('/api/')) return 'ollama'
  if (path === '/v1/messages' || path.startsWith('/v1/messages/')) return 'anthropic'
  return isModels(path) && headers.has('anthropic-version') ? 'anthropic' : 'openai'
}

const isModels = (path: string): boolean => path === '/v1/models' || path.startsWith('/v1/models/')

/** An error as the answer of an API, with `Retry-After` where trying again makes sense soon. */
export function errorResponse(error: SanjhaError, surface: SurfaceName): Response {
  const headers: Record<string, string> = {}
  const retryAfter = error.details?.['retryAfterSeconds']
  if (typeof retryAfter === 'number') headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)))
  else if (error.retryable && (error.status === 429 || error.status === 503)) headers['retry-after'] = '1'
  const allow = error.details?.['allow']
  if (typeof allow === 'string') headers['allow'] = allow
  if (error.status === 401) headers['www-authenticate'] = 'Bearer'
  // 499 is a web server's private number for a client that has gone: nobody reads this answer.
  return json(errorBody(error, surface), error.status, headers)
}

function errorBody(error: SanjhaError, surface: SurfaceName): unknown {
  switch (surface) {
    case 'openai':
      return openaiError(error)
    case 'anthropic':
      return anthropicError(error)
    case 'ollama':
      return ollamaError(error)
    case 'admin':
      return { error: publicError(error) }
  }
}
