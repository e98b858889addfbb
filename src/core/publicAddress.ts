import { lookup as dnsLookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { SanjhaError } from './errors.ts'

// The IANA registries of special-purpose addresses (RFC 6890): what never is a public host.
const specialNetworks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local: also where clouds serve their metadata
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96', // unspecified, loopback, IPv4-compatible
  '64:ff9b::/96', // NAT64, 6to4 and Teredo: an IPv4 address inside, perhaps a private one
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
]

let special: BlockList | undefined

/** Made with the first question: that takes milliseconds, and most commands ask none. */
function specialAddresses(): BlockList {
  if (special !== undefined) return special
  special = new BlockList()
  for (const network of specialNetworks) {
    const [address, prefix] = network.split('/') as [string, string]
    special.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  return special
}

/** True for an IP address of a host on the public internet. IPv4 addresses in IPv6 clothes are seen through. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && !specialAddresses().check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** All addresses of a host name. */
export type Lookup = (host: string) => Promise<readonly string[]>

export const systemLookup: Lookup = async (host) => (await dnsLookup(host, { all: true })).map((found) => found.address)

/**
 * Refuses URLs that lead into this machine or a private network, so that somebody who may name a URL cannot reach what
 * only this machine reaches (server-side request forgery). All addresses of the host must be public.
 * Errors: `forbidden`; `network_unreachable` when the name cannot be resolved.
 */
export async function assertPublicAddress(url: URL, lookup: Lookup = systemLookup): Promise<void> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new SanjhaError('forbidden', `Only http and https addresses are fetched; this one is ${url.protocol}`)
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  let addresses: readonly string[]
  try {
    addresses = isIP(host) === 0 ? await lookup(host) : [host]
  } catch (error) {
    throw new SanjhaError('network_unreachable', `The name ${host} cannot be resolved.`, { cause: error })
  }
  if (addresses.length === 0 || !addresses.every(isPublicAddress)) throw notPublic(host)
}

export function notPublic(host: string): SanjhaError {
  return new SanjhaError('forbidden', `${host} is not on the public internet, so it is not fetched for a request.`, {
    hint: 'Send the content itself, for example as a data: URL.',
  })
}
