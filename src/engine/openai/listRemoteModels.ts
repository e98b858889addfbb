import { SanjhaError } from '../../core/index.ts'
import type { OpenAIClient } from './OpenAIClient.ts'
import { isObject } from './upstreamError.ts'

export interface RemoteModel {
  readonly id: string
  /** Tokens; null when the endpoint does not tell. */
  readonly contextLength: number | null
}

/** The models an endpoint lists. Empty when it has no list. Errors: as the client's. */
export async function listRemoteModels(client: OpenAIClient, signal: AbortSignal): Promise<RemoteModel[]> {
  const body = await client.json({ path: 'models', signal }).catch((error: unknown) => {
    const missing = SanjhaError.is(error) && ['model_not_found', 'unsupported', 'invalid_request'].includes(error.code)
    if (missing) return { data: [] }
    throw error
  })
  const entries = Array.isArray(body.data) ? (body.data as unknown[]) : []
  return entries
    .filter(isObject)
    .filter((entry) => typeof entry.id === 'string')
    .map((entry) => ({ id: entry.id as string, contextLength: contextLengthOf(entry) }))
}

/** vLLM `max_model_len`; hosted ones `context_length` or `context_window`; llama-server `meta.n_ctx`. */
function contextLengthOf(entry: Record<string, unknown>): number | null {
  const meta = isObject(entry.meta) ? entry.meta : {}
  const found = [entry.max_model_len, entry.context_length, entry.context_window, meta.n_ctx].find(
    (value) => typeof value === 'number' && value > 0,
  )
  return typeof found === 'number' ? found : null
}
