import type { Parameter } from './parameters.ts'

/** What a person wrote into a field: a value, nothing (the default), or what is wrong with it. */
export type Read =
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'default' }
  | { readonly is: 'wrong'; readonly why: 'number' | 'whole' | 'range' | 'bias' | 'many' }

/** The value of a parameter as text for its field. */
export function parameterText(parameter: Parameter, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (parameter.kind === 'lines') return [value].flat().map(writeLine).join('\n')
  if (parameter.kind === 'bias') {
    return Object.entries(value as Record<string, unknown>)
      .map(([token, bias]) => `${token} ${bias}`)
      .join('\n')
  }
  return String(value)
}

/** The other way round: what the text of a field means. */
export function readParameter(parameter: Parameter, text: string): Read {
  if (parameter.kind === 'lines') return readLines(text)
  if (text.trim() === '') return { is: 'default' }
  if (parameter.kind === 'choice') return { is: 'value', value: text }
  if (parameter.kind === 'bias') return readBias(text)
  // A comma is what many people write for the point.
  const value = Number(text.trim().replace(/^([+-]?\d*),(\d+)$/, '$1.$2'))
  if (!Number.isFinite(value)) return { is: 'wrong', why: 'number' }
  if (parameter.kind === 'integer' && !Number.isInteger(value)) return { is: 'wrong', why: 'whole' }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = parameter
  return value < min || value > max ? { is: 'wrong', why: 'range' } : { is: 'value', value }
}

/** A stop text per line. A line break inside of one is written `\n`, as people know it; a backslash is doubled. */
function readLines(text: string): Read {
  const lines = text.split('\n').filter((line) => line !== '')
  if (lines.length === 0) return { is: 'default' }
  if (lines.length > 64) return { is: 'wrong', why: 'many' }
  const meanings: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' }
  return {
    is: 'value',
    value: lines.map((line) => line.replaceAll(/\\(.)/g, (whole, letter: string) => meanings[letter] ?? whole)),
  }
}

function writeLine(stop: unknown): string {
  const letters: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\\': '\\\\' }
  return String(stop).replaceAll(/[\n\r\\]/g, (letter) => letters[letter] as string)
}

/** “TOKEN BIAS” on each line, with a space, a colon or an equals sign between. */
function readBias(text: string): Read {
  const entries: [string, number][] = []
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const [, token, bias] = /^\s*(\d{1,9})\s*[\s:=]\s*([+-]?\d+(?:\.\d+)?)\s*$/.exec(line) ?? []
    if (token === undefined || bias === undefined || Math.abs(Number(bias)) > 100) return { is: 'wrong', why: 'bias' }
    entries.push([String(Number(token)), Number(bias)])
  }
  return { is: 'value', value: Object.fromEntries(entries) }
}
