import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

// RFC 6890 and its kin: what never is a public host.
const notPublic = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv6')
}

/** True for an IP address that is not a public one: private, loopback, link-local, reserved, multicast. */
export function isPrivateAddress(address: string): boolean {
  return inList(notPublic, address)
}

/** True for `localhost` and loopback addresses, as they stand in a URL's `hostname`. */
export function isLoopbackHost(hostname: string): boolean {
  const host = bare(hostname)
  return host === 'localhost' || host.endsWith('.localhost') || inList(loopback, host)
}

/** The host of a URL without the brackets of an IPv6 address. */
export function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

function inList(list: BlockList, address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  if (family === 4) return list.check(address, 'ipv4')
  // An IPv4 address in IPv6 clothes; URL parsing writes it in hexadecimal.
  const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address)
  if (mapped) {
    const [, dotted, high = '', low = ''] = mapped
    const n = Number.parseInt(high, 16) * 65536 + Number.parseInt(low, 16)
    return list.check(dotted ?? [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.'), 'ipv4')
  }
  return list.check(address, 'ipv6')
}
