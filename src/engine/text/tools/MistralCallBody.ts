import type { BodyState, CallBody, CallEvent } from './callBody.ts'
import { JsonCallBody } from './JsonCallBody.ts'
import { escapeBareControl, JsonSyntax } from './JsonSyntax.ts'

const argumentsMark = '[ARGS]'
const idMark = '[CALL_ID]'

/**
 * What follows `[TOOL_CALLS]`: in the older format a JSON list of calls, in the newer one `name[ARGS]{…}` or
 * `name[CALL_ID]id[ARGS]{…}`.
 */
export class MistralCallBody implements CallBody {
  #list: JsonCallBody | undefined
  #head: string | undefined = ''
  #isFirst = true
  readonly #syntax = new JsonSyntax()
  #events: CallEvent[] = []

  events(): CallEvent[] {
    if (this.#list !== undefined) return this.#list.events()
    const events = this.#events
    this.#events = []
    return events
  }

  end(): BodyState {
    if (this.#list !== undefined) return this.#list.end()
    return this.#syntax.isDone ? 'done' : 'bad'
  }

  feed(character: string): BodyState {
    if (this.#list !== undefined) return this.#list.feed(character)
    if (this.#head === undefined) return this.#argument(character)
    if (this.#isFirst && /\s/.test(character)) return 'more'
    if (this.#isFirst && (character === '[' || character === '{')) {
      this.#list = new JsonCallBody()
      return this.#list.feed(character)
    }
    this.#isFirst = false
    this.#head += character
    if (this.#head.length > 512) return 'bad'
    if (!this.#head.endsWith(argumentsMark)) {
      // Some conversions drop the mark: the arguments then follow the name at once.
      if (character !== '{' || this.#head.includes('[')) return 'more'
      this.#head = this.#head.slice(0, -1)
      if (!this.#start(this.#head)) return 'bad'
      return this.#argument(character)
    }
    return this.#start(this.#head.slice(0, -argumentsMark.length)) ? 'more' : 'bad'
  }

  #start(head: string): boolean {
    const [name = '', id] = head.split(idMark)
    if (!/^[\w.:/-]+$/.test(name.trim())) return false
    this.#head = undefined
    this.#events.push({ type: 'start', name: name.trim(), ...(id !== undefined && id !== '' && { id: id.trim() }) })
    return true
  }

  #argument(character: string): BodyState {
    if (this.#syntax.depth === 0 && character !== '{' && !/\s/.test(character)) return 'bad'
    const inString = this.#syntax.inString
    if (!this.#syntax.feed(character)) return 'bad'
    if (this.#syntax.depth > 0 || this.#syntax.isDone) {
      this.#events.push({ type: 'arguments', delta: inString ? escapeBareControl(character) : character })
    }
    if (!this.#syntax.isDone) return 'more'
    this.#events.push({ type: 'end' })
    return 'done'
  }
}
