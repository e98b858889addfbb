import { isIP } from 'node:net'
import { isLoopbackHost, SanjhaError } from '../../core/index.ts'

/**
 * Refuses requests whose `Host` is a name that nobody gave this server. A web page whose own name was pointed at this
 * machine (DNS rebinding) is thereby kept out; an address is no name and cannot be rebound.
 */
export function createHostCheck(allowed: readonly string[]): (host: string | null) => void {
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  return (header) => {
    if (header === null || header === '') return // HTTP/1.0; browsers always send it
    const host = header.toLowerCase()
    const name = host.replace(/:\d+$/, '')
    if (isLoopbackHost(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return
    if (names.has('*') || names.has(name) || names.has(host)) return
    throw new SanjhaError('forbidden', `This server does not answer to the name ${JSON.stringify(name)}.`, {
      hint: 'If the name is yours, add it to server.allowedHosts.',
    })
  }
}
