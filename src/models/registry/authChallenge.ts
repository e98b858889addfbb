/** What a registry asks for with 401 (RFC 9110 §11.6.1, and the token specification of Docker Registry). */
export type AuthChallenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer'
      readonly realm: string
      readonly service: string | null
      readonly scope: string | null
    }

/** Reads `WWW-Authenticate`. Null when it names neither Bearer with a realm nor Basic. */
export function parseChallenge(header: string | null): AuthChallenge | null {
  if (header === null) return null
  const bearer = /(?:^|,\s*)bearer\s+(.*)$/is.exec(header)?.[1]
  if (bearer !== undefined) {
    const parameters = new Map<string, string>()
    for (const [, name = '', quoted, plain] of bearer.matchAll(
      /([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi,
    )) {
      parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
    }
    const realm = parameters.get('realm')
    if (realm !== undefined) {
      return {
        scheme: 'bearer',
        realm,
        service: parameters.get('service') ?? null,
        scope: parameters.get('scope') ?? null,
      }
    }
  }
  return /(?:^|,\s*)basic(?:\s|$)/i.test(header) ? { scheme: 'basic' } : null
}
