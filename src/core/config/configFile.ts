import { readFile } from 'node:fs/promises'
import type { Document, LineCounter, Node, YAMLMap } from 'yaml'
import { didYouMean } from '../didYouMean.ts'
import { isNodeError, SanjhaError } from '../errors.ts'
import { findSetting, type Setting, settings } from './settings.ts'

/** One value as it stands in a file. */
export interface FileValue {
  readonly setting: Setting
  readonly value: unknown
  /** Both from 1. */
  readonly line: number
  readonly column: number
}

/** The text of a configuration file, or undefined when there is none. Errors: `invalid_config`. */
export async function readConfigText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isNodeError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
    throw new SanjhaError('invalid_config', `${path} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}

/** Parses YAML, keeping comments and positions. Imported on demand: most homes have no configuration file. */
export async function parseConfigDocument(
  path: string,
  text: string,
): Promise<{ readonly document: Document.Parsed; readonly lines: LineCounter }> {
  const { LineCounter, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    throw new SanjhaError('invalid_config', `${path}:${line}:${col} is no valid YAML: ${error.message}`, {
      hint: 'Mend the file, or start anew with an empty one.',
    })
  }
  return { document, lines }
}

/** The settings in a file, unchecked, with their positions. Errors: `invalid_config` for keys that do not exist. */
export async function readConfigFile(path: string): Promise<FileValue[] | undefined> {
  const text = await readConfigText(path)
  if (text === undefined) return undefined
  const { isAlias, isMap, isScalar } = await import('yaml')
  const { document, lines } = await parseConfigDocument(path, text)
  const found: FileValue[] = []
  const at = (node: unknown): { line: number; column: number } => {
    const { line, col } = lines.linePos((node as Node | null)?.range?.[0] ?? 0)
    return { line, column: col }
  }
  const walk = (map: YAMLMap, prefix: string): void => {
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '?'
      const key = `${prefix}${name}`
      const value = isAlias(pair.value) ? pair.value.resolve(document) : pair.value
      const setting = findSetting(key)
      if (setting !== undefined) {
        const js = (value as Node | null)?.toJS(document) ?? null
        // Nothing after the colon: a key that somebody left for later.
        if (js !== null || isScalar(value)) found.push({ setting, value: js, ...at(value ?? pair.key) })
      } else if (isSection(key)) {
        if (isMap(value)) walk(value, `${key}.`)
        else if (value !== null && !(isScalar(value) && value.value === null)) {
          throw problem(path, at(value), `"${key}" holds further settings, so it cannot be a single value.`)
        }
      } else {
        throw problem(path, at(pair.key), unknownKey(key))
      }
    }
  }
  if (isMap(document.contents)) walk(document.contents, '')
  else if (document.contents !== null && !(isScalar(document.contents) && document.contents.value === null)) {
    throw problem(
      path,
      at(document.contents),
      'The file must hold settings such as `server:` with `port: 8642` below it.',
    )
  }
  return found
}

const isSection = (key: string): boolean => settings.some((s) => s.key.startsWith(`${key}.`))

/** Says that there is no such setting, and which one was probably meant. */
export function unknownKey(key: string): string {
  const last = key.slice(key.lastIndexOf('.') + 1).toLowerCase()
  const sections = settings.map((s) => s.key.split('.')[0] as string)
  const keys = settings.map((s) => s.key)
  // A right name in the wrong section is as likely as a misspelt one.
  const sameName = keys.find((k) => k.toLowerCase().endsWith(`.${last}`))
  const near = sameName ?? didYouMean(key, key.includes('.') ? keys : [...sections, ...keys], 1)[0]
  return `There is no setting "${key}".${near ? ` Did you mean "${near}"?` : ' `sanjha config show` lists all.'}`
}

export function problem(
  path: string,
  at: { readonly line: number; readonly column: number },
  message: string,
): SanjhaError {
  return new SanjhaError('invalid_config', `${path}:${at.line}:${at.column}: ${message}`, {
    details: { file: path, line: at.line, column: at.column },
  })
}
