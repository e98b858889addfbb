import { type CodeRange, charClass, literal, normalizeRanges, type RuleSet } from './gbnf.ts'
import { parseRegex, type RegexNode, RegexUnsupported, regexLength, wholeText } from './regex.ts'
import { badSchema, unsupportedKeyword } from './schemaError.ts'

// Escapes of half a surrogate pair are left out: they are not characters.
export const charBody =
  '[^"\\\\\\x00-\\x1F] | "\\\\" (["\\\\/bfnrt] | "u" ([0-9A-CEFa-cef] [0-9A-Fa-f]{3} | [Dd] [0-7] [0-9A-Fa-f]{2}))'

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
])

const year = '\\d{4}'
const leapYear = '(\\d\\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)'
const date = `(${year}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))|${leapYear}-02-29)`
const time = '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)'
const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const byte = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const h16 = '[0-9a-fA-F]{1,4}'

/**
 * Formats that are generated (the common forms of each: what is written is always valid, though the format's RFC may
 * allow rarer spellings as well).
 */
const formats: ReadonlyMap<string, string> = new Map([
  ['date', date],
  ['time', time],
  ['date-time', `${date}T${time}`],
  ['uuid', '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'],
  ['email', `[A-Za-z0-9]+([._+-][A-Za-z0-9]+)*@(${label}\\.)+[a-z]{2,24}`],
  ['hostname', `${label}(\\.${label})*`],
  ['ipv4', `${byte}(\\.${byte}){3}`],
  ['ipv6', `${h16}(:${h16}){7}`],
  ['uri', `https?://(${label}\\.)*${label}(:[1-9]\\d{0,3})?(/[A-Za-z0-9._~-]*)*(\\?[A-Za-z0-9._~=&-]*)?`],
  ['duration', 'P(\\d{1,4}W|\\d{1,4}D(T\\d{1,4}H)?|T\\d{1,4}(H(\\d{1,4}M)?|M(\\d{1,4}S)?|S))'],
])

/** A set of characters, each spelled as JSON does inside a string. */
function setBody(ranges: readonly CodeRange[]): string | undefined {
  const raw: CodeRange[] = []
  const escaped: string[] = []
  for (const [from, to] of normalizeRanges(ranges)) {
    for (let code = from; code <= Math.min(to, 0x5c); code++) {
      const short = shortEscapes.get(code)
      if (short !== undefined) escaped.push(literal(short))
      else if (code < 0x20) escaped.push(literal(`\\u${code.toString(16).padStart(4, '0')}`))
      else raw.push([code, code])
    }
    if (to > 0x5c) raw.push([Math.max(from, 0x5d), to])
  }
  const parts = [charClass(normalizeRanges(raw)), ...escaped].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join(' | ')
}

/** A pattern as a grammar of JSON string content. @returns a body that can stand in a sequence. */
export function regexBody(rules: RuleSet, node: RegexNode): string {
  if (node.type === 'set') {
    const body = setBody(node.ranges)
    if (body === undefined) throw new RegexUnsupported('it has an empty [ ]')
    return body.includes('|') ? rules.add('set', body) : body
  }
  if (node.type === 'sequence') {
    return node.items.length === 0 ? '""' : node.items.map((item) => regexBody(rules, item)).join(' ')
  }
  if (node.type === 'choice') return rules.add('choice', node.items.map((item) => regexBody(rules, item)).join(' | '))
  if (node.type === 'repeat') {
    if (regexLength(node.item).max === 0) return '""'
    // Repeating what may be empty would loop: the empty case is the repetition's own.
    const item = regexLength(node.item).min === 0 && node.max === undefined ? withoutEmpty(node.item) : node.item
    const body = regexBody(rules, item)
    const isAtomic = /^[A-Za-z0-9-]+$/.test(body) || (body.startsWith('[') && item.type === 'set')
    return rules.repeat(isAtomic ? body : rules.add('item', body), item === node.item ? node.min : 0, node.max)
  }
  return '""'
}

/** The same without the empty text. */
function withoutEmpty(node: RegexNode): RegexNode {
  if (node.type === 'repeat' && node.min === 0) {
    return withoutEmpty({
      ...node,
      min: 1,
      item: regexLength(node.item).min === 0 ? withoutEmpty(node.item) : node.item,
    })
  }
  if (node.type === 'repeat' && regexLength(node.item).min === 0)
    return { ...node, min: 1, item: withoutEmpty(node.item) }
  if (node.type === 'choice') {
    return {
      type: 'choice',
      items: node.items
        .filter((item) => regexLength(item).max > 0)
        .map((item) => (regexLength(item).min === 0 ? withoutEmpty(item) : item)),
    }
  }
  if (node.type === 'sequence') {
    // One of the items must be present: the first such item decides, the ones before it are empty.
    const items = node.items.filter((item) => regexLength(item).max > 0)
    return {
      type: 'choice',
      items: items.map((item, index) => ({ type: 'sequence', items: [withoutEmpty(item), ...items.slice(index + 1)] })),
    }
  }
  return node
}

interface StringSchema {
  readonly minLength?: unknown
  readonly maxLength?: unknown
  readonly pattern?: unknown
  readonly format?: unknown
}

function lengthOf(schema: StringSchema, keyword: 'minLength' | 'maxLength', path: string): number | undefined {
  const value = schema[keyword]
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw badSchema(keyword, path, 'must be a whole number of at least 0')
  }
  return value
}

/** The body of a JSON string that the schema allows, quotes included. @param char the name of the rule for one character. */
export function stringBody(rules: RuleSet, schema: StringSchema, path: string, char: () => string): string {
  const min = lengthOf(schema, 'minLength', path) ?? 0
  const max = lengthOf(schema, 'maxLength', path)
  if (max !== undefined && max < min) throw badSchema('maxLength', path, 'is smaller than "minLength"')
  const { pattern, format } = schema
  if (format !== undefined && typeof format !== 'string') throw badSchema('format', path, 'must be a text')
  if (pattern === undefined && format === undefined) return `"\\"" ${grouped(rules.repeat(char(), min, max))} "\\""`
  const known = format === undefined ? undefined : formats.get(format)
  if (format !== undefined && known === undefined) {
    throw unsupportedKeyword('format', path, `"${format}" is not one of ${[...formats.keys()].join(', ')}`)
  }
  const keyword = pattern === undefined ? 'format' : 'pattern'
  const compile = (source: string): string => {
    const node = wholeText(parseRegex(source))
    const length = regexLength(node)
    if (length.min < min || length.max > (max ?? Number.POSITIVE_INFINITY)) {
      throw unsupportedKeyword(
        schema.minLength !== undefined && length.min < min ? 'minLength' : 'maxLength',
        path,
        `"${keyword}" allows other lengths, and both together are not supported`,
      )
    }
    return `"\\"" ${regexBody(rules, node)} "\\""`
  }
  if (pattern === undefined) return compile(`^(${known})$`)
  if (typeof pattern !== 'string') throw badSchema('pattern', path, 'must be a text')
  try {
    return compile(pattern)
  } catch (error) {
    if (!(error instanceof RegexUnsupported)) throw error
    // Generators of schemas put a format's own pattern beside it; the format's grammar is the narrower of the two.
    if (known !== undefined) return compile(`^(${known})$`)
    throw unsupportedKeyword('pattern', path, error.message)
  }
}

const grouped = (body: string): string => (body.includes('|') ? `(${body})` : body)
