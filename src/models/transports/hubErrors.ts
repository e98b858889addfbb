import { SanjhaError } from '../../core/index.ts'
import type { HubReference } from '../reference.ts'

/**
 * What a hub's refusal means. It answers 401 both for what is not there and for what one may not see, and says which
 * in `X-Error-Code`. Undefined where the plain meaning of the status will do.
 */
export function hubStatusError(
  response: Response,
  reference: HubReference,
  endpoint: string,
  hasToken: boolean,
): SanjhaError | undefined {
  const { status } = response
  const said = response.headers.get('x-error-code')
  const name = `${reference.organization}/${reference.repository}`
  const host = new URL(endpoint).host
  const page = `${endpoint}/${name}`
  const details = { status, source: name }
  if (said === 'GatedRepo' || (status === 403 && hasToken)) {
    return new SanjhaError(
      hasToken ? 'forbidden' : 'unauthorized',
      `${name} is open only to those who accepted its conditions on ${host}${hasToken ? ', and your token’s account has not' : ''}.`,
      {
        hint: `Open ${page} in a browser, sign in and accept the conditions; then make a token in your account’s settings and set HF_TOKEN to it.`,
        details,
      },
    )
  }
  if (said === 'RevisionNotFound') {
    return new SanjhaError('model_not_found', `${name} has no revision ${reference.revision ?? 'main'}.`, { details })
  }
  if (status === 401 && hasToken && said !== 'RepoNotFound') {
    return new SanjhaError('unauthorized', `${host} does not accept the token.`, {
      hint: 'Make a new token in your account’s settings there and set HF_TOKEN to it, or unset it for public models.',
      details,
    })
  }
  if (said === 'RepoNotFound' || status === 401 || status === 404) {
    return new SanjhaError('model_not_found', `There is no repository ${name} on ${host}, or it is private.`, {
      hint: hasToken
        ? 'Check the spelling, and that your token may read it.'
        : 'Check the spelling. For a private repository, set HF_TOKEN to a token that may read it.',
      details,
    })
  }
  return undefined
}
