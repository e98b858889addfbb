import type { MarkedToken, Tokens } from 'marked'
import { fenceOf, type OpenFence } from './fence.ts'
import { type Links, mentionedLinks } from './mentionedLinks.ts'
import { languageOf, lexBlocks } from './toHtml.ts'

/** A piece of an answer that is shown by itself. What it is made from never changes once it is closed. */
export interface Block {
  /** The same for as long as the block is the same one. */
  readonly id: number
  /** `plain`: too long to look for Markdown in it. */
  readonly kind: 'markdown' | 'code' | 'plain'
  /** Of code: what is between the fences. */
  readonly source: string
  readonly isOpen: boolean
  readonly language: string
  /** It goes on with the list or the table before it, which had become too long to be read anew for every word. */
  readonly goesOn: boolean
}

/** An open list or table that is longer gives up what is finished in it. */
const longTail = 4096
/** A block that is longer is not read as Markdown. */
const longestOpen = 16_384
const longestClosed = 262_144
/** Nothing that anybody reads is nested deeper, and each level costs the reader of Markdown a call of itself. */
const tooDeep = /^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])){40}/m

/**
 * Text → blocks, while the text grows. A block that is followed by another is closed and never read again; only the last
 * one is. So a word costs the same at the end of a long answer as at its beginning. When the text is finished it is read
 * once more as a whole, and blocks that come out the same stay the same.
 */
export class BlockSplitter {
  #text = ''
  #closed: Block[] = []
  #open: Block | undefined
  /** Where the open block begins. */
  #start = 0
  /** The head of the table that the open block goes on with. */
  #head = ''
  #goesOn = false
  #fence: OpenFence | undefined
  #nextId = 1
  #links: Links = Object.create(null)

  /** Definitions of links seen so far. */
  get links(): Links {
    return this.#links
  }

  /** @param isLive whether more text is to come */
  update(text: string, isLive: boolean): readonly Block[] {
    if (!isLive) return this.#finish(clean(text))
    const settled = clean(text.replace(/[\r\ud800-\udbff]$/, ''))
    if (!settled.startsWith(this.#text)) this.#reset()
    this.#text = settled
    while (this.#step());
    return this.#open === undefined ? this.#closed : [...this.#closed, this.#open]
  }

  #reset(): void {
    this.#closed = []
    this.#open = undefined
    this.#start = 0
    this.#head = ''
    this.#goesOn = false
    this.#fence = undefined
    this.#links = Object.create(null)
  }

  /** True: something was closed, look again. */
  #step(): boolean {
    if (this.#fence !== undefined) return this.#readFence(this.#fence)
    if (this.#head === '') this.#start += /^(?:[ \t]*\n)*/.exec(this.#text.slice(this.#start))?.[0].length ?? 0
    const tail = this.#head + this.#text.slice(this.#start)
    if (tail.trim() === '') {
      this.#open = undefined
      return false
    }
    const fence = this.#head === '' ? fenceOf(tail) : undefined
    if (fence !== undefined) {
      this.#fence = { ...fence, content: this.#start + fence.content, read: this.#start + fence.content }
      return true
    }
    if (tail.length > longestOpen || tooDeep.test(tail)) {
      const end = this.#text.indexOf('\n\n', this.#start)
      if (end === -1) {
        this.#show({ kind: 'plain', source: tail, language: '' })
        return false
      }
      const source = this.#head + this.#text.slice(this.#start, end + 2)
      this.#close(kindOf(source), source, end + 2)
      return true
    }
    const { tokens, links } = lexBlocks(tail, true)
    Object.assign(this.#links, links)
    const last = tokens.findLastIndex((token) => token.type !== 'space')
    const begun = tokens.slice(0, last).reduce((length, token) => length + token.raw.length, 0)
    if (last > 0 && tail.startsWith(tokens[last]?.raw ?? '', begun)) {
      let at = this.#start - this.#head.length
      for (const token of tokens.slice(0, last)) {
        at += token.raw.length
        if (token.type !== 'space') this.#closeToken(token, at)
      }
      this.#moveTo(at)
      return true
    }
    if (tail.length > longTail && this.#shorten(tokens[last] as MarkedToken)) return true
    this.#show({ kind: 'markdown', source: tail, language: '' })
    return false
  }

  /** Closes all but the last item of a long list, or all but the last row of a long table. */
  #shorten(token: MarkedToken): boolean {
    if (token.type === 'list' && token.items.length > 1) {
      const done = (token as Tokens.List).items.slice(0, -1).reduce((length, item) => length + item.raw.length, 0)
      this.#close('markdown', this.#text.slice(this.#start, this.#start + done), this.#start + done)
      this.#goesOn = true
      return true
    }
    if (token.type === 'table' && token.rows.length > 1) {
      const lines = token.raw.split('\n')
      const head = `${lines.slice(0, 2).join('\n')}\n`
      const row = this.#text.lastIndexOf('\n', this.#text.length - 2) + 1
      if (row <= this.#start) return false
      this.#close('markdown', this.#head + this.#text.slice(this.#start, row), row)
      this.#head = head
      this.#goesOn = true
      return true
    }
    return false
  }

  #readFence(fence: OpenFence): boolean {
    for (;;) {
      const end = this.#text.indexOf('\n', fence.read)
      const line = this.#text.slice(fence.read, end === -1 ? undefined : end)
      if (fence.closes(line) && end !== -1) {
        const code = this.#text.slice(fence.content, Math.max(fence.content, fence.read - 1))
        this.#push({ kind: 'code', source: fence.dedent(code), language: languageOf(fence.info) })
        this.#fence = undefined
        this.#moveTo(end + 1)
        return true
      }
      if (end === -1) {
        // A line that may become the closing fence is not shown as code before it is known to be none.
        const shown = fence.mayClose(line) ? Math.max(fence.content, fence.read - 1) : this.#text.length
        const code = this.#text.slice(fence.content, shown)
        this.#show({ kind: 'code', source: fence.dedent(code), language: languageOf(fence.info) })
        return false
      }
      fence.read = end + 1
    }
  }

  #closeToken(token: MarkedToken, end: number): void {
    if (token.type === 'def') return
    const fence = fenceOf(token.raw)
    if (token.type === 'code' && fence !== undefined) {
      this.#push({ kind: 'code', source: token.text, language: languageOf(fence.info) })
    } else {
      this.#close(kindOf(token.raw), token.raw, end)
    }
    this.#goesOn = false
    this.#head = ''
  }

  #close(kind: Block['kind'], source: string, end: number): void {
    this.#push({ kind, source, language: '' })
    this.#moveTo(end)
  }

  #push(block: Pick<Block, 'kind' | 'source' | 'language'>): void {
    this.#closed.push({ id: this.#takeId(), isOpen: false, goesOn: this.#goesOn, ...block })
    this.#open = undefined
  }

  #moveTo(start: number): void {
    this.#start = start
    this.#head = ''
    this.#goesOn = false
  }

  #show(block: Pick<Block, 'kind' | 'source' | 'language'>): void {
    const id = this.#open?.kind === block.kind ? this.#open.id : this.#nextId++
    this.#open = { id, isOpen: true, goesOn: this.#goesOn, ...block }
  }

  /** The open block keeps its identity when it is closed. */
  #takeId(): number {
    return this.#open?.id ?? this.#nextId++
  }

  #finish(text: string): readonly Block[] {
    const before = this.#open === undefined ? this.#closed : [...this.#closed, this.#open]
    const { tokens, links } =
      tooDeep.test(text) || longestLine(text) > longestClosed ? plain(text) : lexBlocks(text, false)
    this.#links = links
    let next = 0
    const blocks: Block[] = []
    for (const token of tokens) {
      if (token.type === 'space' || token.type === 'def') continue
      const fence = token.type === 'code' ? fenceOf(token.raw) : undefined
      const kind = fence === undefined ? kindOf(token.raw) : 'code'
      const source = fence === undefined ? token.raw : (token as Tokens.Code).text
      const same = before.findIndex(
        (block, at) => at >= next && at < next + 64 && block.kind === kind && isSame(block, source),
      )
      if (same !== -1) next = same + 1
      // What is defined below may be used above.
      const isChanged = kind === 'markdown' && Object.keys(mentionedLinks(source, links)).length > 0
      const id = (isChanged ? undefined : before[same]?.id) ?? this.#nextId++
      blocks.push({ id, kind, source, isOpen: false, language: languageOf(fence?.info), goesOn: false })
    }
    this.#text = text
    this.#closed = blocks
    this.#open = undefined
    this.#start = text.length
    return blocks
  }
}

const clean = (text: string): string => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text)

function kindOf(source: string): 'markdown' | 'plain' {
  return source.length > longestClosed || tooDeep.test(source) ? 'plain' : 'markdown'
}

/** Nothing is looked for in such a text: it is shown as it is. */
function plain(text: string): { tokens: readonly MarkedToken[]; links: Links } {
  return { tokens: [{ type: 'text', raw: text, text }], links: {} }
}

function longestLine(text: string): number {
  let [longest, from] = [0, 0]
  while (from <= text.length) {
    const end = text.indexOf('\n', from)
    longest = Math.max(longest, (end === -1 ? text.length : end) - from)
    if (end === -1) break
    from = end + 1
  }
  return longest
}

function isSame(block: Block, source: string): boolean {
  return !block.goesOn && block.source.trimEnd() === source.trimEnd()
}
