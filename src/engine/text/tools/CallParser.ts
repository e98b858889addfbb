import type { OutputParser, Piece } from '../contract.ts'
import { type CallIdStyle, newCallId } from '../messages/callIds.ts'
import type { CallBody } from './callBody.ts'

export interface CallSyntax {
  /** Texts after which calls follow. */
  readonly openers: readonly string[]
  /** Text behind a body that belongs to it, such as `</tool_call>`. May be missing in the answer. */
  readonly closers: readonly string[]
  /** Text between two bodies, where the opener is not written again. */
  readonly separators?: readonly string[]
  /** A body may also begin at the very start of the answer, without an opener, with one of these characters. */
  readonly bareStarts?: string
  newBody(): CallBody
  /** A body without an opener, where it differs. */
  newBareBody?(): CallBody
  readonly callIds: CallIdStyle
  /** At most one call; what looks like another stays text. */
  readonly single?: boolean
}

type State = 'start' | 'text' | 'body' | 'behind' | 'spoilt'

const isSpace = (character: string): boolean =>
  character === ' ' || character === '\n' || character === '\t' || character === '\r'

/** Length of the longest end of `text` that one of the words begins with. */
function partialMatch(text: string, words: readonly string[]): number {
  const longest = Math.min(text.length, Math.max(0, ...words.map((word) => word.length - 1)))
  for (let length = longest; length > 0; length--) {
    const tail = text.slice(-length)
    if (words.some((word) => word.length > length && word.startsWith(tail))) return length
  }
  return 0
}

/**
 * Separates calls from text. What turns out not to be a call is given out as the text it is; nothing is lost. White
 * space around calls belongs to their syntax and is dropped.
 */
export class CallParser implements OutputParser {
  readonly #syntax: CallSyntax
  #state: State = 'start'
  /** Text that may yet belong to an opener, a closer or the space before one. */
  #held = ''
  #body: CallBody | undefined
  /** All of the body so far, opener included, for the case that it is none. */
  #raw = ''
  #openerLength = 0
  #committed = false
  #calls = 0
  #current: { index: number; id: string; name: string } | undefined
  #pieces: Piece[] = []

  constructor(syntax: CallSyntax) {
    this.#syntax = syntax
  }

  push(text: string): Piece[] {
    for (const character of text) this.#feed(character)
    return this.#take()
  }

  end(): Piece[] {
    if (this.#state === 'body') {
      const state = this.#body!.end()
      if (!this.#committed && state !== 'done') this.#text(this.#raw)
    } else if (this.#state === 'spoilt') {
      if (this.#held !== '') this.#delta(this.#held)
    } else {
      const rest = this.#held.trim()
      const isCutCloser = this.#state === 'behind' && this.#syntax.closers.some((word) => word.startsWith(rest))
      if (this.#calls === 0 || (rest !== '' && !isCutCloser)) this.#text(this.#held)
    }
    this.#held = ''
    return this.#take()
  }

  #take(): Piece[] {
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }

  #text(text: string): void {
    if (text === '') return
    const last = this.#pieces.at(-1)
    if (last?.type === 'text') this.#pieces[this.#pieces.length - 1] = { type: 'text', text: last.text + text }
    else this.#pieces.push({ type: 'text', text })
  }

  #feed(character: string): void {
    switch (this.#state) {
      case 'body':
        this.#feedBody(character)
        return
      case 'spoilt':
        this.#feedSpoilt(character)
        return
      case 'behind':
        this.#feedBehind(character)
        return
      default:
        this.#feedText(character)
    }
  }

  #openers(): readonly string[] {
    return this.#syntax.single === true && this.#calls > 0 ? [] : this.#syntax.openers
  }

  #feedText(character: string): void {
    if (this.#state === 'start' && !isSpace(character)) {
      this.#state = 'text'
      if (this.#syntax.bareStarts?.includes(character) && this.#held.trim() === '') {
        const lead = this.#held
        this.#held = ''
        this.#open(lead, this.#syntax.newBareBody?.() ?? this.#syntax.newBody())
        this.#feedBody(character)
        return
      }
    }
    this.#held += character
    const opener = this.#openers().find((word) => this.#held.endsWith(word))
    if (opener !== undefined) {
      const before = this.#held.slice(0, -opener.length)
      this.#held = ''
      const space = before.slice(before.trimEnd().length)
      this.#text(before.trimEnd())
      this.#open(space + opener, this.#syntax.newBody())
      return
    }
    const keep = partialMatch(this.#held, this.#openers())
    let cut = this.#held.length - keep
    // Space before an opener belongs to the calls.
    while (cut > 0 && isSpace(this.#held[cut - 1]!)) cut--
    this.#text(this.#held.slice(0, cut))
    this.#held = this.#held.slice(cut)
  }

  #open(opener: string, body: CallBody): void {
    this.#state = 'body'
    this.#body = body
    this.#raw = opener
    this.#openerLength = opener.length
    this.#committed = false
  }

  #feedBody(character: string): void {
    this.#raw += character
    const state = this.#body!.feed(character)
    this.#events()
    if (state === 'done') {
      this.#state = 'behind'
      this.#held = ''
      return
    }
    if (state === 'more') return
    if (this.#committed) {
      // The call was already given out: what its arguments lack or have too much is for the reader to see.
      this.#state = 'spoilt'
      this.#feedSpoilt(character)
      return
    }
    const raw = this.#raw
    this.#body = undefined
    this.#state = 'text'
    this.#held = ''
    this.#text(raw.slice(0, this.#openerLength))
    // What follows the opener may hold another one.
    for (const again of raw.slice(this.#openerLength)) this.#feed(again)
  }

  #events(): void {
    for (const event of this.#body!.events()) {
      if (event.type === 'start') {
        this.#committed = true
        const id =
          event.id !== undefined && this.#syntax.callIds === 'mistral9' ? event.id : newCallId(this.#syntax.callIds)
        this.#current = { index: this.#calls++, id, name: event.name }
        this.#pieces.push({ type: 'tool-call', ...this.#current, argumentsDelta: '' })
      } else if (event.type === 'arguments' && this.#current !== undefined) this.#delta(event.delta)
    }
  }

  #delta(text: string): void {
    const last = this.#pieces.at(-1)
    if (last?.type === 'tool-call' && last.index === this.#current!.index) {
      this.#pieces[this.#pieces.length - 1] = { ...last, argumentsDelta: last.argumentsDelta + text }
    } else this.#pieces.push({ type: 'tool-call', ...this.#current!, argumentsDelta: text })
  }

  #feedSpoilt(character: string): void {
    this.#held += character
    const closer = this.#syntax.closers.find((word) => word !== '' && this.#held.endsWith(word))
    if (closer !== undefined) {
      this.#delta(this.#held.slice(0, -closer.length))
      this.#held = ''
      this.#state = 'text'
      return
    }
    const keep = partialMatch(this.#held, this.#syntax.closers)
    const out = this.#held.slice(0, this.#held.length - keep)
    if (out !== '') this.#delta(out)
    this.#held = this.#held.slice(this.#held.length - keep)
  }

  /** Behind a body: its closer, or another call, or text. */
  #feedBehind(character: string): void {
    this.#held += character
    const text = this.#held.trimStart()
    if (text === '') return
    if (this.#syntax.closers.includes(text)) {
      this.#held = ''
      this.#state = 'text'
      return
    }
    if (this.#syntax.separators?.includes(text) && this.#syntax.single !== true) {
      this.#open(this.#held, this.#syntax.newBareBody?.() ?? this.#syntax.newBody())
      this.#held = ''
      return
    }
    if ([...this.#syntax.closers, ...(this.#syntax.separators ?? [])].some((word) => word.startsWith(text))) return
    const held = this.#held
    this.#held = ''
    this.#state = 'text'
    for (const again of held) this.#feed(again)
  }
}
