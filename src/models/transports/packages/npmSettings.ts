import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SanjhaError } from '../../../core/index.ts'
import type { ConnectionSettings } from '../../download/index.ts'
import type { TransportContext } from '../contract.ts'
import { basic, netrcAuthorization, splitCredentials } from './credentials.ts'

/** Where npm packages come from on this machine. */
export interface NpmSettings {
  /** Ends in `/`. */
  readonly registry: string
  readonly connection: ConnectionSettings | undefined
  /** The header for an address, or null. It holds a secret. */
  authorization(url: string): Promise<string | null>
}

/**
 * Asks npm which registry holds for a package (scopes may have their own), with proxy, certificates and login. Sanjha
 * has no registry of its own. Errors: `invalid_config` with the setting to fill in, when npm is not there.
 */
export async function npmSettings(packageName: string, context: TransportContext): Promise<NpmSettings> {
  const configured = context.settings.registries.npm
  if (configured !== null) return make(configured, undefined, [], context)
  const scope = packageName.startsWith('@') ? packageName.slice(0, packageName.indexOf('/')) : null
  const keys = [
    ...(scope === null ? [] : [`${scope}:registry`]),
    'registry',
    'cafile',
    'https-proxy',
    'userconfig',
    'globalconfig',
  ]
  const answer = await context.run('npm', ['config', 'get', ...keys], context.signal)
  const values = parseNpmConfig(answer?.code === 0 ? answer.stdout : '')
  const registry = (scope === null ? undefined : values.get(`${scope}:registry`)) ?? values.get('registry')
  if (registry === undefined || !URL.canParse(registry)) {
    throw new SanjhaError(
      'invalid_config',
      'Which registry npm packages come from is not known, because npm was not found here or names none.',
      {
        hint: 'Set registries.npm in the configuration, or SANJHA_REGISTRIES_NPM, to the registry’s URL.',
      },
    )
  }
  const cafile = values.get('cafile')
  const proxy = values.get('https-proxy')
  const connection = cafile || proxy ? { ...(cafile && { caFile: cafile }), ...(proxy && { proxy }) } : undefined
  const files = [join(context.cwd, '.npmrc'), values.get('userconfig'), values.get('globalconfig')].filter(
    (f) => f !== undefined,
  )
  return make(registry, connection, files, context)
}

/** npm prints `key=value` lines when several keys are asked for. What is not set is `null` or `undefined`. */
export function parseNpmConfig(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    const value = line.slice(equals + 1).trim()
    if (equals > 0 && value !== '' && value !== 'null' && value !== 'undefined')
      values.set(line.slice(0, equals).trim(), value)
  }
  return values
}

function make(
  registry: string,
  connection: ConnectionSettings | undefined,
  npmrcs: readonly string[],
  context: TransportContext,
): NpmSettings {
  const { url, authorization: given } = splitCredentials(registry.replace(/\/*$/, '/'))
  return {
    registry: url,
    connection,
    authorization: async (address) => {
      if (given !== null && new URL(address).origin === new URL(url).origin) return given
      // npm does not print logins, so they are read where it says it keeps them.
      for (const file of npmrcs) {
        const text = await readFile(file, 'utf8').catch(() => '')
        const found = npmrcAuthorization(text, address, context.env)
        if (found !== null) return found
      }
      return await netrcAuthorization(new URL(address).hostname, context)
    },
  }
}

/** The login that an npmrc file holds for an address: the entry with the longest path that the address lies under. */
export function npmrcAuthorization(
  text: string,
  address: string,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  const target = new URL(address)
  const place = `//${target.host}${target.pathname}`
  const entries = new Map<string, Map<string, string>>()
  for (const line of text.split('\n')) {
    const match = /^\s*(\/\/[^=\s]+\/):(_authToken|_auth|username|_password)\s*=\s*(.*?)\s*$/.exec(line)
    if (match === null || !place.startsWith(match[1]!)) continue
    const value = match[3]!
      .replace(/^(['"])(.*)\1$/, '$2')
      .replace(/\$\{([^}]+)\}/g, (_, name: string) => env[name] ?? '')
    const entry = entries.get(match[1]!) ?? new Map<string, string>()
    entries.set(match[1]!, entry.set(match[2]!, value))
  }
  const [, best] = [...entries].toSorted(([a], [b]) => b.length - a.length)[0] ?? []
  const token = best?.get('_authToken')
  if (token) return `Bearer ${token}`
  const auth = best?.get('_auth')
  if (auth) return `Basic ${auth}`
  const [user, password] = [best?.get('username'), best?.get('_password')]
  return user && password ? basic(user, Buffer.from(password, 'base64').toString('utf8')) : null
}
