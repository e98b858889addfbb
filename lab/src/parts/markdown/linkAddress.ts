/** An address that may be followed from an answer, or undefined. Only whole addresses: what is relative would lead into the Lab itself. */
export function linkAddress(href: string): { readonly href: string; readonly host: string } | undefined {
  let url: URL
  try {
    url = new URL(href)
  } catch {
    return undefined
  }
  if (url.protocol === 'mailto:') return { href: url.href, host: url.pathname }
  // A name before the host is there to be taken for it.
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '')
    return undefined
  return { href: url.href, host: url.host }
}
