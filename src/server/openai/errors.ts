import type { SanjhaError } from '../../core/index.ts'
import { errorText } from '../http/errorText.ts'

/** OpenAI's error object. `code` is ours, except where OpenAI has a name that clients look for. */
export function openaiError(error: SanjhaError): {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
  }
} {
  const code = wireCode(error)
  return { error: { message: errorText(error), type: errorType(error.status), param: error.param ?? null, code } }
}

function errorType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

/** Clients that send `reasoning_effort` to every model look for OpenAI's name of this refusal, to ask again without it. */
function wireCode({ code, param }: SanjhaError): string {
  if (code === 'unauthorized') return 'invalid_api_key'
  const reasoning = param === 'reasoning_effort' || param === 'reasoning.effort'
  return code === 'unsupported' && reasoning ? 'unsupported_parameter' : code
}
