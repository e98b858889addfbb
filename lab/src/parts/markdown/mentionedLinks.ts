import type { Tokens } from 'marked'

/** Definitions of links (`[name]: address`) by name. */
export type Links = Record<string, Pick<Tokens.Link | Tokens.Image, 'href' | 'title'>>

const brackets = /\\[\s\S]|[[\]]/g

/** Those definitions that a text may use. A text costs what it is long, however many there are. */
export function mentionedLinks(source: string, links: Links): Links {
  const mentioned: Links = Object.create(null)
  let start = -1
  for (const { 0: mark, index } of source.matchAll(brackets)) {
    if (mark === '[') start = index + 1
    if (mark !== ']' || start === -1) continue
    const name = source.slice(start, index).toLowerCase().replace(/\s+/g, ' ')
    const link = Object.hasOwn(links, name) ? links[name] : undefined
    if (link !== undefined) mentioned[name] = link
    start = -1
  }
  return mentioned
}
