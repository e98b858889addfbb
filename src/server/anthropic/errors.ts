import type { SanjhaError } from '../../core/index.ts'
import { errorText } from '../http/errorText.ts'

/** Anthropic's error object, with our code beside theirs. */
export function anthropicError(error: SanjhaError): {
  readonly type: 'error'
  readonly error: { readonly type: string; readonly message: string; readonly code: string }
} {
  return { type: 'error', error: { type: errorType(error), message: errorText(error), code: error.code } }
}

function errorType({ status, code }: SanjhaError): string {
  if (code === 'overloaded' || code === 'shutting_down') return 'overloaded_error'
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 404) return 'not_found_error'
  if (status === 413) return 'request_too_large'
  if (status === 429) return 'rate_limit_error'
  if (status === 504) return 'timeout_error'
  return status >= 500 ? 'api_error' : 'invalid_request_error'
}
