/** A fetch for which no host has an address. What a real resolver says of a made-up name is up to the network it stands in. */
export const unknownHost: typeof globalThis.fetch = async (input) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input)
  throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' })
}
