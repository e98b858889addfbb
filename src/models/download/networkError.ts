import { SanjhaError } from '../../core/index.ts'

/** What kind of trouble it was; in `details.kind` of a `network_unreachable`. */
type NetworkTrouble = 'name' | 'refused' | 'timeout' | 'broken' | 'certificate' | 'other'

const troubles: readonly (readonly [RegExp, NetworkTrouble, string])[] = [
  [/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA|EAI_NONAME)$/, 'name', 'its name cannot be resolved'],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'refused', 'it takes no connection'],
  [/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'timeout', 'it does not answer'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_ABORTED|HPE_.*|UND_ERR_.*MISMATCH)$/, 'broken', 'the connection broke'],
  [/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/, 'certificate', 'its certificate is not trusted'],
]

/** What `fetch` threw, as a `network_unreachable` that says what happened in plain words. Other `SanjhaError`s pass. */
export function networkError(error: unknown, host: string): SanjhaError {
  if (SanjhaError.is(error)) {
    const code = error.details?.['code']
    if (error.code !== 'network_unreachable' || typeof code !== 'string') return error
    return unreachable(code, error.cause ?? error, host)
  }
  return unreachable(codeOf(error), error, host)
}

function unreachable(code: string, error: unknown, host: string): SanjhaError {
  const [, kind, why] = troubles.find(([pattern]) => pattern.test(code)) ?? [null, 'other', `of ${describe(error)}`]
  const because = kind === 'other' ? `because ${why}` : `: ${why}`
  return new SanjhaError(
    'network_unreachable',
    `${host} cannot be reached${kind === 'other' ? ` ${because}` : because}.`,
    {
      cause: error,
      retryable: kind !== 'certificate',
      hint:
        kind === 'certificate'
          ? 'If your network uses its own certificate authority, name its file in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS.'
          : 'Check the network, and HTTPS_PROXY if you are behind a proxy.',
      details: { kind, host },
    },
  )
}

/** True for a broken or missing connection, which may come back. */
export function isConnectionTrouble(error: unknown): error is SanjhaError {
  return SanjhaError.is(error) && error.retryable && (error.code === 'network_unreachable' || error.code === 'timeout')
}

function codeOf(error: unknown): string {
  for (let e = error, depth = 0; depth < 5 && typeof e === 'object' && e !== null; depth++) {
    if ('errors' in e && Array.isArray(e.errors) && e.errors.length > 0) {
      e = e.errors[0]
      continue
    }
    if ('code' in e && typeof e.code === 'string') return e.code
    e = 'cause' in e ? e.cause : undefined
  }
  // undici reports a body that ended too early as `TypeError: terminated`, at times without a code.
  return error instanceof TypeError && error.message === 'terminated' ? 'ECONNRESET' : ''
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error)
}
