import { type Lexer, Marked, type MarkedToken, type Token } from 'marked'
import { Effort, needsOf } from './Effort.ts'
import { escapeHtml } from './escapeHtml.ts'
import { linkAddress } from './linkAddress.ts'
import { mathsExtensions } from './maths.ts'
import { type Links, mentionedLinks } from './mentionedLinks.ts'

/** HTML that is understood in an answer, each without its attributes. Everything else is shown as it was written. */
const understood =
  'b|strong|i|em|u|s|del|ins|sub|sup|kbd|mark|small|br|hr|p|div|center|ul|ol|li|blockquote|details|summary|table|thead|tbody|tr|th|td'
// No two parts of it take the same characters, or a tag that never ends is read again from each of them.
const tag = new RegExp(`<(/?)(${understood})(?:\\s[^<>]*)?/?>`, 'gi')

/** Rank of the heading before this one; the first of an answer stands below the message's own (2). */
let rank = 2

function show(html: string): string {
  const source = withoutComments(html)
  let shown = ''
  let from = 0
  for (const found of source.matchAll(tag)) {
    const [all, end = '', written = ''] = found
    const name = written.toLowerCase()
    shown += `${escapeHtml(source.slice(from, found.index))}<${end}${name === 'center' ? 'div' : name}>`
    from = found.index + all.length
  }
  return shown + escapeHtml(source.slice(from))
}

function withoutComments(html: string): string {
  let kept = ''
  for (let from = 0; ; ) {
    const start = html.indexOf('<!--', from)
    const end = start === -1 ? -1 : html.indexOf('-->', start + 4)
    if (end === -1) return kept + html.slice(from)
    kept += html.slice(from, start)
    from = end + 3
  }
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

/** Reads what is between the blocks only as long as that is worth it. */
function limit(lexer: Lexer, effort: Effort): { readonly isLeft: boolean } {
  const state = { isLeft: false }
  const read = lexer.inlineTokens.bind(lexer)
  lexer.inlineTokens = (source, tokens = []) => {
    if (effort.spend(needsOf(source))) return read(source, tokens)
    state.isLeft = true
    tokens.push({ type: 'text', raw: source, text: source, escaped: false })
    return tokens
  }
  return state
}

/**
 * The HTML of one block. It is not safe yet: `toNodes` makes it so.
 * @param before rank of the last heading above
 * @param effort what may be spent on it. `isLeft`: it was not enough, and some markup was left as it was written
 */
export function toHtml(
  source: string,
  links: Links,
  before: number,
  isLive: boolean,
  effort: Effort = new Effort(),
): { html: string; rank: number; isLeft: boolean } {
  const marked = isLive ? growing : whole
  const lexer = new marked.Lexer(marked.defaults)
  Object.assign(lexer.tokens.links, mentionedLinks(source, links))
  const limited = limit(lexer, effort)
  rank = before
  const html = marked.parser(lexer.lex(source))
  return { html, rank, isLeft: limited.isLeft }
}
