import { didYouMean } from '../didYouMean.ts'
import { bytesText, durationText, parseBytes, parseDuration } from '../units.ts'
import type { RemoteConfig, SettingValue } from './config.ts'

/**
 * What a setting may hold. Values arrive as text (environment, flags) or as YAML's own types, and both are read by the
 * same function. This is not zod because importing zod takes 90 ms, and every command reads the configuration.
 */
export interface Kind<T> {
  /** In words, after "takes", e.g. `a whole number from 0 to 65535`. */
  readonly type: string
  /** Undefined when the value is not of this kind. May throw `ValueProblem` to say more. */
  parse(value: unknown): T | undefined
  /** As a person would write it; `parse` reads it back. */
  show(value: T): SettingValue['value']
  /** The same with its relative paths made absolute. `folder` is that of the file it stands in, else the working directory. */
  locate?(value: T, folder: string): T
  /** All that it may be, where that is a few words. */
  readonly choices?: readonly string[]
  /** What the name of the field in `Config` ends in, so that its unit is seen where it is used. */
  readonly suffix?: 'Ms' | 'Bytes'
}

/** Why a value is wrong, when there is more to say than what the setting takes. */
export class ValueProblem extends Error {}

export const text: Kind<string> = {
  type: 'text',
  parse: (v) => (typeof v === 'string' && v.trim() !== '' ? v.trim() : undefined),
  show: (v) => v,
}

export const url: Kind<string> = {
  type: 'an http(s) URL',
  parse: (v) => {
    if (typeof v !== 'string' || !URL.canParse(v.trim())) return undefined
    const parsed = new URL(v.trim())
    if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return undefined
    if (parsed.username !== '' || parsed.password !== '') {
      throw new ValueProblem('A URL here must not hold a password; credentials go into the environment or a file.')
    }
    return v.trim().replace(/\/+$/, '')
  },
  show: (v) => v,
}

export const bool: Kind<boolean> = {
  type: '`true` or `false`',
  parse: (v) => {
    if (typeof v === 'boolean') return v
    const word = wordOf(v)
    if (['true', '1', 'yes', 'on'].includes(word)) return true
    return ['false', '0', 'no', 'off'].includes(word) ? false : undefined
  },
  show: (v) => v,
}

export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  return {
    type: max === Number.MAX_SAFE_INTEGER ? `a whole number, at least ${min}` : `a whole number from ${min} to ${max}`,
    parse: (v) => {
      if (typeof v === 'string' && !/^\s*-?\d+\s*$/.test(v)) return undefined
      if (typeof v !== 'string' && typeof v !== 'number') return undefined
      const n = Number(v)
      return Number.isSafeInteger(n) && n >= min && n <= max ? n : undefined
    },
    show: (v) => v,
  }
}

export const bytes: Kind<number> = {
  type: 'a size, such as `8GiB`',
  parse: (v) => (typeof v === 'string' || typeof v === 'number' ? parseBytes(v) : undefined),
  show: bytesText,
  suffix: 'Bytes',
}

/** @param forever whether it may be endless */
export function duration(forever: boolean): Kind<number> {
  return {
    type: forever
      ? 'a duration, such as `5m`; a bare number is seconds, `-1` is for ever'
      : 'a duration, such as `30s`; a bare number is seconds',
    parse: (v) => {
      const ms = typeof v === 'string' || typeof v === 'number' ? parseDuration(v) : undefined
      return ms === Infinity && !forever ? undefined : ms
    },
    show: durationText,
    suffix: 'Ms',
  }
}

export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return {
    type: `one of ${words.map((w) => `\`${w}\``).join(', ')}`,
    choices: words,
    parse: (v) => {
      const word = wordOf(v)
      return words.find((w) => w === word)
    },
    show: (v) => v,
  }
}

/** Either the word `auto` or a value of `kind`. */
export function orAuto<T extends number>(kind: Kind<T>): Kind<T | 'auto'> {
  return {
    ...kind,
    type: `\`auto\` or ${kind.type}`,
    parse: (v) => (isAuto(v) ? 'auto' : kind.parse(v)),
    show: (v) => (v === 'auto' ? v : kind.show(v)),
  }
}

/** A value of `kind`, or null, which is written as `word`. */
export function optional<T>(kind: Kind<T>, word: 'auto' | 'none' = 'auto'): Kind<T | null> {
  return {
    ...kind,
    type: `\`${word}\` or ${kind.type}`,
    parse: (v) => (v === null || (typeof v === 'string' && v.trim().toLowerCase() === word) ? null : kind.parse(v)),
    show: (v) => (v === null ? word : kind.show(v)),
  }
}

/** What a scalar says as a word; a list or a map says none, and need not even have a `toString` that works. */
const wordOf = (v: unknown): string =>
  typeof v === 'string' || typeof v === 'number' || typeof v === 'boolean' ? String(v).trim().toLowerCase() : ''

const isAuto = (v: unknown): boolean => typeof v === 'string' && v.trim().toLowerCase() === 'auto'

/** A list; in the environment and in flags its items are separated by commas. */
export function listOf<T>(kind: Kind<T>): Kind<readonly T[]> {
  return {
    type: `a list (in the environment separated by commas); each: ${kind.type}`,
    parse: (v) => {
      const items = typeof v === 'string' ? v.split(',').filter((i) => i.trim() !== '') : v
      if (!Array.isArray(items)) return undefined
      const parsed = items.map((i) => kind.parse(i))
      return parsed.includes(undefined) ? undefined : (parsed as T[])
    },
    show: (v) => v.map((i) => kind.show(i)),
  }
}

/** The digest of a key, so that the key itself stands nowhere. */
export const keyHash: Kind<string> = {
  type: '`sha256:` and 64 hex digits',
  parse: (v) => {
    if (typeof v === 'string' && /^sha256:[0-9a-f]{64}$/i.test(v.trim())) return v.trim().toLowerCase()
    throw new ValueProblem(
      'Keys are kept as their SHA-256 digest, not in plain text: `sha256:` and 64 hex digits. A plain key can be given in the environment variable SANJHA_API_KEY.',
    )
  },
  show: (v) => v,
}

const remoteFields = ['name', 'baseUrl', 'apiKeyEnv', 'apiKeyFile', 'models'] as const

export const remotes: Kind<readonly RemoteConfig[]> = {
  type: 'a list of `{name, baseUrl, apiKeyEnv or apiKeyFile, models}`',
  parse: (v) => {
    const items = typeof v === 'string' ? parseJson(v) : v
    if (!Array.isArray(items)) return undefined
    const parsed = items.map(parseRemote)
    const twice = parsed.find((r, i) => parsed.findIndex((other) => other.name === r.name) !== i)
    if (twice) throw new ValueProblem(`Two remotes are called "${twice.name}".`)
    return parsed
  },
  show: (v) => v,
}

function parseRemote(item: unknown): RemoteConfig {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new ValueProblem('Each remote is a map with `name` and `baseUrl`.')
  }
  const remote = item as Record<string, unknown>
  const unknown = Object.keys(remote).find((k) => !(remoteFields as readonly string[]).includes(k))
  if (unknown !== undefined) {
    const [near] = didYouMean(unknown, remoteFields, 1)
    const secret = unknown.toLowerCase().replaceAll(/[^a-z]/g, '') === 'apikey'
    throw new ValueProblem(
      secret
        ? 'A remote’s key does not belong into the configuration: name the environment variable (`apiKeyEnv`) or the file (`apiKeyFile`) that holds it.'
        : `A remote has no "${unknown}"${near ? `; did you mean "${near}"?` : `. It has ${remoteFields.join(', ')}.`}`,
    )
  }
  const field = (name: string, kind: Kind<string>, required: boolean): string | undefined => {
    const value = remote[name]
    if (value === undefined || value === null) {
      if (required) throw new ValueProblem(`A remote needs \`${name}\`.`)
      return undefined
    }
    const parsed = kind.parse(value)
    if (parsed === undefined) throw new ValueProblem(`A remote’s \`${name}\` must be ${kind.type}.`)
    return parsed
  }
  const name = field('name', text, true) as string
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new ValueProblem(
      `A remote’s name is made of letters, digits, dots, hyphens and underscores; "${name}" is not.`,
    )
  }
  const baseUrl = field('baseUrl', url, true) as string
  const apiKeyEnv = field('apiKeyEnv', text, false)
  const apiKeyFile = field('apiKeyFile', text, false)
  if (apiKeyEnv !== undefined && apiKeyFile !== undefined) {
    throw new ValueProblem(`The remote "${name}" has both \`apiKeyEnv\` and \`apiKeyFile\`; give one.`)
  }
  const models = remote.models === undefined ? undefined : listOf(text).parse(remote.models)
  if (models === undefined && remote.models !== undefined) {
    throw new ValueProblem('A remote’s `models` is a list of names.')
  }
  return {
    name,
    baseUrl,
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
    ...(apiKeyFile !== undefined && { apiKeyFile }),
    ...(models !== undefined && { models }),
  }
}

export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
