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

/** Whether a text is an address, and its host the very one that is named: nothing else is taken for where a link leads. */
export function namesHost(text: string, host: string): boolean {
  return /^\s*(?:https?:\/\/|mailto:)?([a-z0-9.:@_[\]-]+?)(?:[/?#][!-~]*)?\s*$/i.exec(text)?.[1]?.toLowerCase() === host
}
