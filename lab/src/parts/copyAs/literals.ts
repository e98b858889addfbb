/**
 * Characters that steer a terminal or turn the reading order. In a string literal they are written by their number, so that
 * what stands there is what is seen.
 */
const steering = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** JSON in which every character that would steer a terminal is escaped. It is also a literal of JavaScript and Python. */
export function plainJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(
    steering,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** A literal of JavaScript for a JSON value. `depth`: how far its first line is indented. */
export function jsLiteral(value: unknown, depth = 0): string {
  return write(value, depth, {
    unit: '  ',
    scalar: plainJson,
    // Written plainly, this one would choose the prototype instead of making a property.
    key: (name) => (name === '__proto__' ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(name) ? name : plainJson(name)),
  })
}

/** Python's parser takes no more brackets inside of each other than 200; this leaves room for what is around. */
const pythonDepth = 80

/** A literal of Python for a JSON value; one that is nested too deeply is parsed by `json`, which then is to be imported. */
export function pythonLiteral(value: unknown, depth = 0): string {
  if (nesting(value) > pythonDepth) return `json.loads(${plainJson(JSON.stringify(value))})`
  return write(value, depth, {
    unit: '    ',
    scalar: (each) => (each === null ? 'None' : each === true ? 'True' : each === false ? 'False' : plainJson(each)),
    key: plainJson,
  })
}

function nesting(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Object.values(value).reduce<number>((deepest, each) => Math.max(deepest, nesting(each)), 0)
}

interface Notation {
  readonly unit: string
  readonly scalar: (value: unknown) => string
  readonly key: (name: string) => string
}

function write(value: unknown, depth: number, notation: Notation): string {
  if (typeof value !== 'object' || value === null) return notation.scalar(value)
  const isList = Array.isArray(value)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  const parts = isList
    ? value.map((each) => write(each, depth + 1, notation))
    : Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([name, each]) => `${notation.key(name)}: ${write(each, depth + 1, notation)}`)
  if (parts.length === 0) return open + close
  const short = isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`
  // Short things without anything nested fit on a line.
  if (short.length <= 80 && !short.slice(1).includes('{') && !short.includes('\n')) {
    return notation.unit.length > 2 && !isList ? `{${parts.join(', ')}}` : short
  }
  const inner = notation.unit.repeat(depth + 1)
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${notation.unit.repeat(depth)}${close}`
}
