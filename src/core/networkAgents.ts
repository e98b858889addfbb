import { readFileSync } from 'node:fs'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { SanjhaError } from './errors.ts'

export interface NetworkAgentsOptions {
  /** HTTPS_PROXY, HTTP_PROXY, NO_PROXY (either case), SSL_CERT_FILE and NODE_EXTRA_CA_CERTS are read from here. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** A file of the only certificates to trust, as pip's `cert` and npm's `cafile` have it. Takes the place of all others. */
  readonly trustOnly?: string | undefined
  /** Keep idle connections for the next request; they do not keep the process alive. */
  readonly keepAlive?: boolean
}

export interface NetworkAgents {
  readonly 'http:': HttpAgent
  readonly 'https:': HttpsAgent
}

/**
 * The agents of every connection that leaves this machine: through the proxy of the environment, trusting what Node trusts
 * and the certificates of further files. Errors: `invalid_config` for a file that cannot be read or holds no certificate.
 */
export function networkAgents(options: NetworkAgentsOptions = {}): NetworkAgents {
  const { env = {}, trustOnly, keepAlive = false } = options
  const shared = { keepAlive, proxyEnv: { ...env } as NodeJS.ProcessEnv }
  const secureContext = trust(env, trustOnly)
  return {
    'http:': new HttpAgent(shared),
    'https:': new HttpsAgent({ ...shared, ...(secureContext !== undefined && { secureContext }) }),
  }
}

/** Undefined where what Node trusts by itself is all. Made once: reading some hundred certificates takes a while. */
function trust(
  env: NonNullable<NetworkAgentsOptions['env']>,
  trustOnly: string | undefined,
): SecureContext | undefined {
  if (trustOnly !== undefined) return contextOf([readCertificates(trustOnly, 'the settings of the package manager')])
  const further = (['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'] as const).flatMap((name) => {
    const file = env[name]
    // What the process was started with, Node has read itself.
    if (!file || (name === 'NODE_EXTRA_CA_CERTS' && file === process.env[name])) return []
    return [readCertificates(file, name)]
  })
  return further.length === 0 ? undefined : contextOf([...getCACertificates('default'), ...further])
}

const contextOf = (certificates: string[]): SecureContext => createSecureContext({ ca: certificates })

function readCertificates(file: string, namedIn: string): string {
  const wrong = (what: string, cause?: unknown): SanjhaError =>
    new SanjhaError('invalid_config', `The certificate file ${file} ${what}.`, {
      cause,
      hint: `It is named in ${namedIn}.`,
    })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw wrong('cannot be read', error)
  }
  if (!text.includes('-----BEGIN ')) throw wrong('holds no certificate in PEM form')
  return text
}
