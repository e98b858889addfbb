type State =
  | 'value'
  | 'first-key'
  | 'key'
  | 'colon'
  | 'first-item'
  | 'after'
  | 'string'
  | 'escape'
  | 'unicode'
  | 'number'
  | 'word'
  | 'done'

const maxDepth = 200
const words = ['true', 'false', 'null']
const numberForm = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
const numberStart = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?(?:(?<=\d)[eE][+-]?\d*)?)?$/

/**
 * Checks the syntax of one JSON object or list, a character at a time. Line breaks inside strings, which models write
 * though JSON forbids them, are let through: whoever passes the text on escapes them.
 */
export class JsonSyntax {
  readonly #stack: ('{' | '[')[] = []
  #state: State = 'value'
  #inKey = false
  #scalar = ''
  #hexLeft = 0

  /** How many objects and lists are open. */
  get depth(): number {
    return this.#stack.length
  }
  get isDone(): boolean {
    return this.#state === 'done'
  }
  /** Inside a string, quotes and escapes included. */
  get inString(): boolean {
    return this.#state === 'string' || this.#state === 'escape' || this.#state === 'unicode'
  }
  /** The string that is being read, or was just ended, is a key. */
  get inKey(): boolean {
    return this.#inKey
  }
  /** A value may start with the next character. */
  get expectsValue(): boolean {
    return this.#state === 'value' || this.#state === 'first-item'
  }
  /** Inside a number, whose end only the character behind it tells. */
  get inNumber(): boolean {
    return this.#state === 'number'
  }
  /** The value just read is complete. */
  get isAfterValue(): boolean {
    return this.#state === 'after' || this.#state === 'done'
  }

  /** @returns false when no JSON text goes on like this. */
  feed(character: string): boolean {
    const space = character === ' ' || character === '\n' || character === '\t' || character === '\r'
    switch (this.#state) {
      case 'string':
        if (character === '"') this.#state = this.#inKey ? 'colon' : this.#afterValue()
        else if (character === '\\') this.#state = 'escape'
        return character >= ' ' || character === '\n' || character === '\r' || character === '\t'
      case 'escape':
        if (character === 'u') {
          this.#state = 'unicode'
          this.#hexLeft = 4
          return true
        }
        this.#state = 'string'
        return '"\\/bfnrt'.includes(character)
      case 'unicode':
        if (--this.#hexLeft === 0) this.#state = 'string'
        return /[0-9A-Fa-f]/.test(character)
      case 'number':
        if (numberStart.test(this.#scalar + character)) {
          this.#scalar += character
          return true
        }
        if (!numberForm.test(this.#scalar)) return false
        this.#state = this.#afterValue()
        return this.feed(character)
      case 'word': {
        this.#scalar += character
        if (words.includes(this.#scalar)) this.#state = this.#afterValue()
        return words.some((word) => word.startsWith(this.#scalar))
      }
      case 'done':
        return space
      case 'colon':
        if (character === ':') this.#state = 'value'
        return character === ':' || space
      case 'first-key':
      case 'key':
        if (space) return true
        if (character === '}' && this.#state === 'first-key') return this.#close('{')
        if (character !== '"') return false
        this.#state = 'string'
        this.#inKey = true
        return true
      case 'after':
        if (space) return true
        if (character === ',') {
          this.#state = this.#stack.at(-1) === '{' ? 'key' : 'value'
          return true
        }
        return character === '}' ? this.#close('{') : character === ']' && this.#close('[')
      case 'first-item':
        if (character === ']') return this.#close('[')
        return this.#startValue(character, space)
      default:
        return this.#startValue(character, space)
    }
  }

  #startValue(character: string, space: boolean): boolean {
    if (space) return true
    this.#inKey = false
    if (character === '{' || character === '[') {
      this.#stack.push(character)
      this.#state = character === '{' ? 'first-key' : 'first-item'
      return this.#stack.length <= maxDepth
    }
    if (character === '"') {
      this.#state = 'string'
      return true
    }
    this.#scalar = character
    this.#state = /[-0-9]/.test(character) ? 'number' : 'word'
    return this.#state === 'number' || words.some((word) => word.startsWith(character))
  }

  #close(kind: '{' | '['): boolean {
    if (this.#stack.pop() !== kind) return false
    this.#state = this.#afterValue()
    return true
  }

  #afterValue(): State {
    return this.#stack.length === 0 ? 'done' : 'after'
  }
}

/** A line break inside a string as JSON wants it. */
export function escapeBareControl(character: string): string {
  return character === '\n' ? '\\n' : character === '\r' ? '\\r' : character === '\t' ? '\\t' : character
}
