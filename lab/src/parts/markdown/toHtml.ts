import { Marked, type MarkedToken, type Token, type Tokens } from 'marked'
import { escapeHtml } from './escapeHtml.ts'
import { linkAddress } from './linkAddress.ts'
import { mathsExtensions } from './maths.ts'

/** Definitions of links (`[name]: address`) by name. */
export type Links = Record<string, Pick<Tokens.Link | Tokens.Image, 'href' | 'title'>>

/** HTML that is understood in an answer, each without its attributes. Everything else is shown as it was written. */
const understood =
  'b|strong|i|em|u|s|del|ins|sub|sup|kbd|mark|small|br|hr|p|div|center|ul|ol|li|blockquote|details|summary|table|thead|tbody|tr|th|td'
const tag = new RegExp(`&lt;(/?)(${understood})(?:\\s(?:(?!&[lg]t;)[^<>])*)?\\s*/?&gt;`, 'gi')
const comment = /<!--[\s\S]*?-->/g

/** Rank of the heading before this one; the first of an answer stands below the message's own (2). */
let rank = 2

function show(html: string): string {
  return escapeHtml(html.replace(comment, '')).replace(tag, (_, end: string, name: string) =>
    name.toLowerCase() === 'center' ? `<${end}div>` : `<${end}${name.toLowerCase()}>`,
  )
}

function create(isLive: boolean): Marked {
  const marked = new Marked({ gfm: true, breaks: true, extensions: undefined } as object)
  marked.use({
    extensions: mathsExtensions(isLive),
    renderer: {
      html: ({ text }) => show(text),
      heading({ tokens, depth }) {
        // A rank never leaves one out, so that screen readers can walk down; what it looks like follows the depth.
        rank = Math.min(rank + 1, depth + 2, 6)
        return `<h${rank} data-depth="${depth}">${this.parser.parseInline(tokens)}</h${rank}>`
      },
      code: ({ text, lang }) =>
        `<pre data-language="${escapeHtml(languageOf(lang))}"><code>${escapeHtml(text)}</code></pre>`,
      link({ href, text, tokens }) {
        const inner = this.parser.parseInline(tokens)
        const address = linkAddress(href)
        if (address !== undefined) return `<a href="${escapeHtml(address.href)}">${inner}</a>`
        return href === text ? inner : `${inner} <code>${escapeHtml(href)}</code>`
      },
      image: ({ href, text }) => `<span data-image="${escapeHtml(href)}">${escapeHtml(text)}</span>`,
      checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    },
  })
  return marked
}

const whole = create(false)
const growing = create(true)

/** First word after the fence. */
export function languageOf(info: string | undefined): string {
  return /^[\w+#.-]{1,30}/.exec(info?.trim() ?? '')?.[0] ?? ''
}

/** Splits Markdown into the blocks of its top level, without looking into them. */
export function lexBlocks(
  source: string,
  isLive: boolean,
): { readonly tokens: readonly MarkedToken[]; readonly links: Links } {
  const lexer = new (isLive ? growing : whole).Lexer((isLive ? growing : whole).defaults)
  const tokens = lexer.blockTokens(source, []) as Token[]
  return { tokens: tokens as MarkedToken[], links: lexer.tokens.links }
}

/**
 * The HTML of one block. It is not safe yet: `toNodes` makes it so.
 * @param before rank of the last heading above
 */
export function toHtml(source: string, links: Links, before: number, isLive: boolean): { html: string; rank: number } {
  const marked = isLive ? growing : whole
  const lexer = new marked.Lexer(marked.defaults)
  Object.assign(lexer.tokens.links, links)
  rank = before
  const html = marked.parser(lexer.lex(source))
  return { html, rank }
}
