import { timingSafeEqual } from 'node:crypto'
import { hashApiKey, matchApiKey, SanjhaError } from '../../core/index.ts'

/**
 * Checks the key of a request against the configured digests. Only digests are compared, every one of them and in
 * constant time, so that neither the time taken nor the configuration tells a key.
 *
 * The result is an id that may be logged, or null where no key is asked for and none of ours was given.
 * `controlKey` is the running server's own: whoever can read this user's files may use it. Errors: `unauthorized`.
 */
export function createKeyCheck(apiKeys: readonly string[], controlKey: string): (headers: Headers) => string | null {
  const control = Buffer.from(hashApiKey(controlKey))
  return (headers) => {
    const presented = presentedKey(headers)
    if (presented !== undefined && timingSafeEqual(Buffer.from(hashApiKey(presented)), control)) return 'control'
    if (apiKeys.length === 0) return null
    if (presented === undefined) {
      throw new SanjhaError('unauthorized', 'This server asks for an API key, and the request brought none.', {
        hint: 'Send it as `Authorization: Bearer KEY` or as `X-Api-Key: KEY`.',
      })
    }
    const id = matchApiKey(presented, apiKeys)
    if (id === null) {
      throw new SanjhaError('unauthorized', 'The API key is not one of this server’s.', {
        hint: 'Check the key; it is set where the server was configured.',
      })
    }
    return id
  }
}

function presentedKey(headers: Headers): string | undefined {
  const bearer = /^Bearer +(\S+)\s*$/i.exec(headers.get('authorization') ?? '')?.[1]
  return bearer ?? (headers.get('x-api-key')?.trim() || undefined)
}
