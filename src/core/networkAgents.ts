import { X509Certificate } from 'node:crypto'
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

/** What `isLoopbackHost` knows, as NO_PROXY has it. A proxy could only lead to itself by these names. */
const loopback = 'localhost,*.localhost,127.0.0.0-127.255.255.255,::1,[::1]'

/**
 * The agents of every connection: past this machine through the proxy of the environment, trusting what Node trusts and the
 * certificates of further files. Errors: `invalid_config` for a file that cannot be read, holds no certificate, or holds one
 * that is none.
 */
export function networkAgents(options: NetworkAgentsOptions = {}): NetworkAgents {
  const { env = {}, trustOnly, keepAlive = false } = options
  const direct = [env['no_proxy'] || env['NO_PROXY'], loopback].filter(Boolean).join(',')
  const shared = { keepAlive, proxyEnv: { ...env, no_proxy: direct, NO_PROXY: direct } as NodeJS.ProcessEnv }
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
  if (trustOnly !== undefined) return contextOf(readCertificates(trustOnly, 'the settings of the package manager'))
  const further = (['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'] as const).flatMap((name) => {
    const file = env[name]
    // What the process was started with, Node has read itself.
    if (!file || (name === 'NODE_EXTRA_CA_CERTS' && file === process.env[name])) return []
    return readCertificates(file, name)
  })
  return further.length === 0 ? undefined : contextOf([...getCACertificates('default'), ...further])
}

const contextOf = (certificates: string[]): SecureContext => createSecureContext({ ca: certificates })

/** `CERTIFICATE`, and the older `X509 CERTIFICATE` and `TRUSTED CERTIFICATE`. One without an end goes on to the end. */
const pemCertificate = /-----BEGIN ((?:[A-Z0-9]+ )?CERTIFICATE)-----[\s\S]*?(?:-----END \1-----|$)/g

/** Each certificate of a file in PEM form. Checked here, because the connections that need it would fail without a word of it. */
function readCertificates(file: string, namedIn: string): string[] {
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
  const certificates = [...text.matchAll(pemCertificate)].map(([certificate]) => certificate)
  if (certificates.length === 0) throw wrong('holds no certificate in PEM form')
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate)
    } catch (error) {
      throw wrong(`is damaged: certificate ${index + 1} of ${certificates.length} in it cannot be read`, error)
    }
  }
  return certificates
}
