import type { Part } from '../contract.ts'
import { textOf } from './json.ts'
import { isObject } from './upstreamError.ts'

interface OpenCall {
  /** Counted by us: what endpoints send as `index` may be anything. */
  readonly position: number
  id: string
  name: string
  /** What came before the name. */
  held: string
}

/**
 * Puts the pieces of streamed tool calls together. By the protocol each carries an `index`, and the first one an id and a
 * name. Endpoints keep to it more or less, so a piece belongs to the call of its index, else of its id, else to the last
 * one; it begins a new call when it brings an id or a name that this one does not have.
 */
export class CallReader {
  readonly #calls: OpenCall[] = []
  readonly #byIndex = new Map<unknown, OpenCall>()

  /** Whether there is any call. */
  get any(): boolean {
    return this.#calls.length > 0
  }

  /** Whether there is a call whose name never came. */
  get nameless(): boolean {
    return this.#calls.some((call) => call.name === '')
  }

  /** A piece as parts: none as long as the call has no name. */
  read(piece: Record<string, unknown>): Part[] {
    const fn = isObject(piece.function) ? piece.function : {}
    const [id, name] = [textOf(piece.id), textOf(fn.name)]
    const text = isObject(fn.arguments) ? JSON.stringify(fn.arguments) : textOf(fn.arguments)
    const call = this.#find(piece.index, id, name, text) ?? this.#begin(piece.index, id)
    const { position } = call
    if (call.name !== '') {
      return [{ type: 'tool-call', index: position, id: call.id, name: '', argumentsDelta: text }]
    }
    call.held += text
    if (call.id === '') call.id = id
    if (name === '') return []
    call.name = name
    if (call.id === '') call.id = `call_${position}`
    return [{ type: 'tool-call', index: position, id: call.id, name, argumentsDelta: call.held }]
  }

  #find(index: unknown, id: string, name: string, text: string): OpenCall | undefined {
    const last = this.#calls.at(-1)
    if (typeof index === 'number') {
      const call = this.#byIndex.get(index)
      // Some number all their calls alike.
      const another =
        call !== undefined && id !== '' && call.id !== '' && id !== call.id && name !== '' && call.name !== ''
      return another ? undefined : call
    }
    if (id !== '') {
      // Some give every piece an id of its own.
      return this.#calls.find((call) => call.id === id) ?? (name === '' && text !== '' ? last : undefined)
    }
    return name !== '' && last?.name !== '' ? undefined : last
  }

  #begin(index: unknown, id: string): OpenCall {
    const call: OpenCall = { position: this.#calls.length, id, name: '', held: '' }
    this.#calls.push(call)
    if (typeof index === 'number') this.#byIndex.set(index, call)
    return call
  }
}
