import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { didYouMean } from '../didYouMean.ts'
import { SanjhaError } from '../errors.ts'
import type { Paths } from '../paths.ts'
import { hashApiKey } from './apiKeys.ts'
import type { Config, ConfigFlag, LoadedConfig, SettingOrigin, SettingValue } from './config.ts'
import { problem, readConfigFile, unknownKey } from './configFile.ts'
import { ValueProblem } from './kinds.ts'
import { apiKeyVariable, fieldOf, findSetting, type Setting, settings, variablesOf } from './settings.ts'

export interface LoadConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly paths: Pick<Paths, 'configFile'>
  /** Where a project's `sanjha.yaml` is looked for: here and above. Absent: no project file. */
  readonly cwd?: string
  /** Undefined values count as not given. */
  readonly flags?: readonly ConfigFlag[]
  /** The user's home directory, above which no project file is looked for. */
  readonly home?: string
}

/** Names the file of a project's settings. */
export const projectFileName = 'sanjha.yaml'

/**
 * Reads the configuration once: flag > environment > project `sanjha.yaml` > user's `config.yaml` > default, and says of
 * each value where it came from. Errors: `invalid_config`, naming the flag, the variable, or the file with line and column.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const { env, paths, cwd, flags = [], home = homedir() } = options
  const values = new Map<Setting, { value: unknown; origin: SettingOrigin }>()
  for (const setting of settings) values.set(setting, { value: setting.default, origin: { from: 'default' } })

  const projectFile = cwd === undefined ? null : await findProjectFile(resolve(cwd), home)
  for (const [from, path] of [
    ['user', paths.configFile],
    ['project', projectFile],
  ] as const) {
    for (const found of (path !== null && (await readConfigFile(path))) || []) {
      const { setting, line, column } = found
      if (setting.secret || (from === 'project' && !setting.inProject)) {
        throw problem(path as string, found, misplaced(setting, paths.configFile))
      }
      const parsed = parse(setting, found.value, (message) => problem(path as string, found, message))
      const value = locate(setting, parsed, dirname(path as string))
      values.set(setting, { value, origin: { from, path: path as string, line, column } })
    }
  }
  for (const setting of settings) {
    const name = variablesOf(setting).find((v) => env[v]?.trim())
    if (name === undefined) continue
    const value = parse(setting, env[name], (message) => invalid(`${name} in the environment: ${message}`))
    values.set(setting, { value: locate(setting, value, cwd), origin: { from: 'env', name } })
  }
  addPlainKey(values, env)
  for (const { flag, key, value: given } of flags) {
    if (given === undefined) continue
    const setting = findSetting(key)
    if (setting === undefined) throw invalid(unknownKey(key))
    values.set(setting, {
      value: locate(
        setting,
        parse(setting, given, (message) => wrongFlag(`${flag}: ${message}`)),
        cwd,
      ),
      origin: { from: 'flag', flag },
    })
  }
  return {
    config: build(values),
    settings: settings.map((setting): SettingValue => {
      const { value, origin } = values.get(setting) as { value: unknown; origin: SettingOrigin }
      return {
        key: setting.key,
        value: setting.secret && value !== null ? '[secret]' : setting.kind.show(value),
        origin,
      }
    }),
    userFile: paths.configFile,
    projectFile,
    warnings: misspeltVariables(env),
  }
}

/** The defaults alone, for tests and for programs that configure nothing. */
export function defaultConfig(): Config {
  return build(new Map(settings.map((s) => [s, { value: s.default }])))
}

/** One value, checked. Errors: what `fail` makes of the message. */
export function parse(setting: Setting, value: unknown, fail: (message: string) => SanjhaError): unknown {
  try {
    const parsed = setting.kind.parse(value)
    if (parsed !== undefined) return parsed
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error
    throw fail(error.message)
  }
  const shown = setting.secret ? 'the value' : JSON.stringify(value)
  throw fail(`"${setting.key}" takes ${setting.kind.type}; ${shown} is not.`)
}

const locate = (setting: Setting, value: unknown, folder = process.cwd()): unknown =>
  setting.kind.locate?.(value, resolve(folder)) ?? value

function build(values: ReadonlyMap<Setting, { readonly value: unknown }>): Config {
  const config: Record<string, unknown> = {}
  for (const [setting, { value }] of values) {
    const [section, field] = fieldOf(setting) as [string, string | undefined]
    if (field === undefined) config[section] = value
    else config[section] = { ...(config[section] as object), [field]: value }
  }
  // The settings table and the type are compared in a test.
  return config as unknown as Config
}

function addPlainKey(
  values: Map<Setting, { value: unknown; origin: SettingOrigin }>,
  env: LoadConfigOptions['env'],
): void {
  const key = env[apiKeyVariable]?.trim()
  const setting = findSetting('server.apiKeys')
  if (!key || setting === undefined) return
  const hashes = values.get(setting)?.value as readonly string[]
  values.set(setting, {
    value: [...new Set([...hashes, hashApiKey(key)])],
    origin: { from: 'env', name: apiKeyVariable },
  })
}

function misplaced(setting: Setting, userFile: string): string {
  return setting.secret
    ? `"${setting.key}" is a secret and may not stand in a file; set ${setting.env.join(' or ')} in the environment.`
    : `"${setting.key}" may not be set by a project, because a project of somebody else could then open this machine or send data elsewhere. Set it in ${userFile} or in the environment.`
}

/** By its parameter the command line knows that it is at fault, and no file. */
const wrongFlag = (message: string): SanjhaError => new SanjhaError('invalid_config', message, { param: 'argv' })
const invalid = (message: string): SanjhaError => new SanjhaError('invalid_config', message)

/** The nearest `sanjha.yaml`, from `cwd` up to the repository's root or the home directory. */
async function findProjectFile(cwd: string, home: string): Promise<string | null> {
  const exists = (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      () => false,
    )
  for (let folder = cwd; ; folder = dirname(folder)) {
    const candidate = join(folder, projectFileName)
    if (await exists(candidate)) return candidate
    if (folder === home || folder === dirname(folder) || (await exists(join(folder, '.git')))) return null
  }
}

/** Variables that look like a setting's but are none. Others called `SANJHA_…` may belong to somebody else. */
function misspeltVariables(env: LoadConfigOptions['env']): string[] {
  const known = [...settings.flatMap(variablesOf), apiKeyVariable, 'SANJHA_HOME'].filter((v) => v.startsWith('SANJHA_'))
  return Object.keys(env)
    .filter((name) => name.startsWith('SANJHA_') && !known.includes(name))
    .flatMap((name) => {
      const [near] = didYouMean(
        name.slice(7),
        known.map((k) => k.slice(7)),
        1,
      )
      return near ? [`The environment variable ${name} means nothing to Sanjha; did you mean SANJHA_${near}?`] : []
    })
}
