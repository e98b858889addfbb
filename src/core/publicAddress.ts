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
  '2001::/23', // with Teredo: an IPv4 address inside, perhaps a private one
  '2001:db8::/32',
  '2002::/16', // 6to4: the same
  '3fff::/20',
]
// Of IPv6 only global unicast is public at all; of the rest only IPv4 addresses in IPv6 clothes, which are seen through.
const globalNetworks = ['2000::/3', '::ffff:0:0/96']

let lists: { readonly special: BlockList; readonly global: BlockList } | undefined

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address, prefix] = network.split('/') as [string, string]
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

/** True for an IP address of a host on the public internet; false for what is no address. */
export function isPublicAddress(address: string): boolean {
  // Made with the first question: that takes milliseconds, and most commands ask none.
  lists ??= { special: listOf(specialNetworks), global: listOf(globalNetworks) }
  switch (isIP(address)) {
    case 4:
      return !lists.special.check(address, 'ipv4')
    case 6:
      return lists.global.check(address, 'ipv6') && !lists.special.check(address, 'ipv6')
    default:
      return false
  }
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
