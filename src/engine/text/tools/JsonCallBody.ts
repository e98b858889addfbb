import type { BodyState, CallBody, CallEvent } from './callBody.ts'
import { escapeBareControl, JsonSyntax } from './JsonSyntax.ts'

interface JsonCallOptions {
  /** Names that count; undefined: any. Bare JSON is only a call when it names a tool that was offered. */
  readonly names?: ReadonlySet<string>
}

type ValueKind = 'none' | 'name' | 'id' | 'arguments' | 'other'

function kindOf(key: string): ValueKind {
  if (key === 'name' || key === 'id') return key
  return key === 'arguments' || key === 'parameters' ? 'arguments' : 'other'
}

function parseString(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * `{"name": …, "arguments": {…}}`, or a list of such objects. The keys may come in any order; the arguments stream as
 * soon as the name is known.
 */
export class JsonCallBody implements CallBody {
  readonly #options: JsonCallOptions
  readonly #syntax = new JsonSyntax()
  #events: CallEvent[] = []
  #isList = false
  #seen = 0
  // Of the object being read:
  #key = ''
  #keyText = ''
  #value = ''
  #valueKind: ValueKind = 'none'
  #name: string | undefined
  #id: string | undefined
  #arguments: string | undefined
  #started = false
  #sent = 0

  constructor(options: JsonCallOptions = {}) {
    this.#options = options
  }

  events(): CallEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  end(): BodyState {
    return this.#syntax.isDone ? 'done' : 'bad'
  }

  feed(character: string): BodyState {
    const syntax = this.#syntax
    const before = {
      depth: syntax.depth,
      expectsValue: syntax.expectsValue,
      inString: syntax.inString,
      inNumber: syntax.inNumber,
    }
    const isSpace = /\s/.test(character)
    if (before.depth === 0 && !isSpace && character !== '{' && character !== '[') return 'bad'
    if (!syntax.feed(character)) return 'bad'
    const level = this.#isList ? 2 : 1
    if (before.depth === 0 && character === '[') this.#isList = true
    else if (before.depth < level) {
      // Outside the call objects: only their opening brace, and what separates them.
      if (character === '{') this.#open()
      else if (!isSpace && character !== ',' && character !== ']') return 'bad'
    } else {
      if (!this.#member(character, level, before)) return 'bad'
      if (syntax.depth < level && !this.#close()) return 'bad'
    }
    if (!syntax.isDone) return 'more'
    return this.#seen > 0 ? 'done' : 'bad'
  }

  #open(): void {
    this.#key = ''
    this.#keyText = ''
    this.#valueKind = 'none'
    this.#name = undefined
    this.#id = undefined
    this.#arguments = undefined
    this.#started = false
    this.#sent = 0
  }

  /** A character inside a call object. @returns false when this cannot be a call. */
  #member(
    character: string,
    level: number,
    before: { depth: number; expectsValue: boolean; inString: boolean; inNumber: boolean },
  ): boolean {
    const syntax = this.#syntax
    if (this.#valueKind !== 'none') {
      if (before.inNumber && !syntax.inNumber && before.depth === level) return this.#endValue()
      this.#value += before.inString ? escapeBareControl(character) : character
      if (syntax.isAfterValue && syntax.depth === level) return this.#endValue()
      this.#stream()
      return true
    }
    if (before.expectsValue && !/\s/.test(character)) {
      this.#valueKind = kindOf(this.#key)
      this.#value = character
      if (this.#valueKind === 'name') return character === '"'
      this.#stream()
    } else if (syntax.inKey && (syntax.inString || before.inString)) {
      this.#keyText += character
      if (syntax.inString) return true
      const key = parseString(this.#keyText)
      this.#keyText = ''
      if (key === undefined) return false
      this.#key = key
      // An answer that is JSON but no call is text, and should not wait until it ends.
      if (this.#options.names !== undefined && kindOf(key) === 'other' && key !== 'type') return false
    }
    return true
  }

  #endValue(): boolean {
    const kind = this.#valueKind
    const text = this.#value
    if (kind === 'name') {
      const name = parseString(text)
      if (name === undefined || name === '' || this.#options.names?.has(name) === false) return false
      this.#name = name
    }
    if (kind === 'id') this.#id = parseString(text)
    if (kind === 'arguments') this.#arguments = argumentsOf(text)
    this.#valueKind = 'none'
    this.#value = ''
    this.#flushArguments()
    return true
  }

  /** Gives out what is certain of arguments that are an object, while they are still being read. */
  #stream(): void {
    if (this.#valueKind !== 'arguments' || !this.#value.startsWith('{') || this.#name === undefined) return
    this.#arguments = this.#value
    this.#flushArguments()
  }

  #flushArguments(): void {
    if (this.#name === undefined || this.#arguments === undefined || this.#arguments === '') return
    this.#start()
    if (this.#arguments.length > this.#sent) {
      this.#events.push({ type: 'arguments', delta: this.#arguments.slice(this.#sent) })
      this.#sent = this.#arguments.length
    }
  }

  #start(): void {
    if (this.#started) return
    this.#started = true
    this.#events.push({ type: 'start', name: this.#name!, ...(this.#id !== undefined && { id: this.#id }) })
  }

  #close(): boolean {
    if (this.#name === undefined) return false
    this.#arguments ??= '{}'
    this.#flushArguments()
    this.#events.push({ type: 'end' })
    this.#seen++
    return true
  }
}

/** Some models put the arguments into a JSON string, or write null for none. */
function argumentsOf(text: string): string {
  if (text === 'null') return '{}'
  if (!text.startsWith('"')) return text
  try {
    const inner = JSON.parse(text) as string
    JSON.parse(inner)
    return inner
  } catch {
    return text
  }
}
