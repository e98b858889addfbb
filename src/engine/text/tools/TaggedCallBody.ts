import type { JsonSchema } from '../../contract.ts'
import type { BodyState, CallBody, CallEvent } from './callBody.ts'

/** The parameters of the offered tools, which tell whether a value is text or JSON. */
export type ParameterSchemas = ReadonlyMap<string, JsonSchema | undefined>

function schemaOf(parameters: JsonSchema | undefined, name: string): JsonSchema | undefined {
  if (typeof parameters !== 'object') return undefined
  const properties = parameters['properties']
  if (typeof properties !== 'object' || properties === null || !Object.hasOwn(properties, name)) return undefined
  return (properties as Record<string, JsonSchema>)[name]
}

/** Text and JSON look the same in tags: a parameter whose schema takes texts only stays a text. */
function toJson(value: string, schema: JsonSchema | undefined): string {
  const type = typeof schema === 'object' ? schema['type'] : undefined
  if (type === 'string') return JSON.stringify(value)
  // Python's spelling, as templates made for Python write it.
  const text = value === 'True' ? 'true' : value === 'False' ? 'false' : value === 'None' ? 'null' : value
  try {
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify(value)
  }
}

/**
 * Qwen3-Coder's calls: `<function=name>`, then `<parameter=key>` value `</parameter>` for each argument, then
 * `</function>`. Arguments come out whole, one parameter at a time.
 */
export class TaggedCallBody implements CallBody {
  readonly #tools: ParameterSchemas
  #events: CallEvent[] = []
  #buffer = ''
  #name: string | undefined
  #count = 0
  #isDone = false

  constructor(tools: ParameterSchemas) {
    this.#tools = tools
  }

  events(): CallEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  end(): BodyState {
    return this.#isDone ? 'done' : 'bad'
  }

  feed(character: string): BodyState {
    this.#buffer += character
    if (this.#name === undefined) return this.#head()
    const inValue = this.#buffer.trimStart().startsWith('<parameter=')
    if (inValue) return character === '>' ? this.#parameter() : 'more'
    const rest = this.#buffer.trimStart()
    if (rest === '</function>') {
      this.#events.push({ type: 'arguments', delta: this.#count === 0 ? '{}' : '}' }, { type: 'end' })
      this.#isDone = true
      return 'done'
    }
    return '</function>'.startsWith(rest) || '<parameter='.startsWith(rest) ? 'more' : 'bad'
  }

  #head(): BodyState {
    const text = this.#buffer.trimStart()
    if (!text.startsWith('<function=')) return '<function='.startsWith(text) ? 'more' : 'bad'
    if (!text.endsWith('>')) return text.length > 512 || text.endsWith('\n') ? 'bad' : 'more'
    const name = text.slice('<function='.length, -1).trim()
    if (name === '' || name.includes('<')) return 'bad'
    this.#name = name
    this.#buffer = ''
    this.#events.push({ type: 'start', name })
    return 'more'
  }

  #parameter(): BodyState {
    const text = this.#buffer.trimStart()
    if (!text.endsWith('</parameter>')) return 'more'
    const head = text.indexOf('>')
    const key = text.slice('<parameter='.length, head)
    const value = text
      .slice(head + 1, -'</parameter>'.length)
      .replace(/^\n/, '')
      .replace(/\n$/, '')
    const json = toJson(value, schemaOf(this.#tools.get(this.#name!), key))
    const lead = this.#count === 0 ? '{' : ', '
    this.#events.push({ type: 'arguments', delta: `${lead}${JSON.stringify(key)}: ${json}` })
    this.#count++
    this.#buffer = ''
    return 'more'
  }
}
