import { SanjhaError } from '../errors.ts'
import type { Config } from './config.ts'

/** True for addresses that only this machine reaches. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return (
    bare === 'localhost' ||
    bare.endsWith('.localhost') ||
    bare === '::1' ||
    /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare)
  )
}

/** Refuses to serve beyond this machine without a key. Errors: `invalid_config`. */
export function checkExposure(server: Pick<Config['server'], 'host' | 'apiKeys'>): void {
  if (isLoopbackHost(server.host) || server.apiKeys.length > 0) return
  throw new SanjhaError(
    'invalid_config',
    `Listening on ${server.host} lets other machines in, and no API key is set, so anybody could use this server.`,
    {
      hint: 'Set SANJHA_API_KEY to a long random text (for example from `openssl rand -hex 32`) and give it to the clients, or listen on 127.0.0.1.',
      param: 'server.host',
    },
  )
}
