import { stat } from 'node:fs/promises'
import {
  describeSettings,
  didYouMean,
  type LoadedConfig,
  type Logger,
  SanjhaError,
  setConfigValue,
} from '../../core/index.ts'
import type { LiveSettings, SettingState, SettingsReport } from './contract.ts'

export interface LiveSettingsOptions {
  /** What the program was started with. */
  readonly running: LoadedConfig
  /** Reads everything anew. Absent: nothing ever changes. */
  readonly reload?: (() => Promise<LoadedConfig>) | undefined
  readonly log: Logger
}

/** Digests of keys are no keys, but nobody who calls the API needs to see them. */
const hidden: ReadonlySet<string> = new Set(['server.apiKeys'])

export function createLiveSettings({ running, reload, log }: LiveSettingsOptions): LiveSettings {
  const { userFile, projectFile } = running
  let latest = running
  let problem: string | undefined
  let readAt: string | undefined

  const stamp = async (): Promise<string> => {
    const files = projectFile === null ? [userFile] : [userFile, projectFile]
    const stats = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => undefined)))
    return stats.map((s) => (s === undefined ? '-' : `${s.ino}:${s.size}:${s.mtimeNs}`)).join(' ')
  }

  const current = async (): Promise<LoadedConfig> => {
    if (reload === undefined) return running
    const seen = await stamp()
    if (seen === readAt) return latest
    try {
      latest = await reload()
      problem = undefined
    } catch (error) {
      const { message } = SanjhaError.from(error)
      if (message !== problem)
        log.warn({ reason: message }, 'the configuration is wrong now; what was read before it holds')
      problem = message
    }
    readAt = seen
    return latest
  }

  const report = async (): Promise<SettingsReport> => {
    const now = await current()
    const before = new Map(running.settings.map(({ key, value }) => [key, JSON.stringify(value)]))
    const values = new Map(now.settings.map((setting) => [setting.key, setting]))
    return {
      settings: describeSettings().flatMap(({ meaning, inProject: _, ...described }): SettingState[] => {
        const found = values.get(described.key)
        if (found === undefined) return []
        const { value, origin } = found
        const secret = described.secret || hidden.has(described.key)
        const changed = before.get(described.key) !== JSON.stringify(value)
        const isSet = Array.isArray(value) ? value.length > 0 : value !== described.default
        return [
          {
            ...described,
            description: meaning,
            origin,
            secret,
            value: secret ? null : value,
            ...(secret && { isSet, default: null }),
            pending: described.needsRestart && changed,
          },
        ]
      }),
      userFile,
      projectFile,
      warnings: [...now.warnings, ...(problem === undefined ? [] : [`The configuration is wrong now: ${problem}`])],
    }
  }

  return {
    current,
    report,
    set: async (key, value) => {
      const known = describeSettings().find((setting) => setting.key === key)
      if (known === undefined) throw unknownSetting(key)
      if (!known.editable) throw notEditable(key, known.secret, known.env)
      await setConfigValue(userFile, key, value === null ? undefined : value)
      readAt = undefined
      const { settings, warnings } = await report()
      const entry = settings.find((setting) => setting.key === key)
      if (entry === undefined) throw new SanjhaError('internal', `The setting ${key} is not read.`)
      const note = problem === undefined ? overruled(entry) : (warnings.at(-1) ?? null)
      return { ...entry, note }
    },
  }
}

/** Why what stands in the user's file has no effect; null where it has. */
function overruled({ key, origin }: SettingState): string | null {
  if (origin.from === 'env') return `The variable ${origin.name} sets ${key}, and is stronger than the file.`
  if (origin.from === 'flag') return `${origin.flag} sets ${key} for this server, and is stronger than the file.`
  if (origin.from === 'project') return `${origin.path} sets ${key} for this project, and is stronger than your file.`
  return null
}

function unknownSetting(key: string): SanjhaError {
  const [near] = didYouMean(
    key,
    describeSettings().map((setting) => setting.key),
    1,
  )
  return new SanjhaError('not_found', `There is no setting ${JSON.stringify(key)}.`, {
    param: 'key',
    hint: near === undefined ? 'GET /sanjha/v1/settings lists them.' : `Did you mean ${near}?`,
  })
}

function notEditable(key: string, secret: boolean, env: readonly string[]): SanjhaError {
  if (secret) {
    return new SanjhaError('forbidden', `${key} is a secret, which is not set over HTTP and stands in no file.`, {
      param: 'key',
      hint: `Set ${env.join(' or ')} in the environment of the server.`,
    })
  }
  const isRemotes = key === 'remotes'
  return new SanjhaError(
    'forbidden',
    `${key} is not changed over HTTP: it guards this server or names files and programs, so only somebody at the machine may change it.`,
    {
      param: 'key',
      hint: isRemotes
        ? 'POST /sanjha/v1/remotes adds a remote engine.'
        : `On the machine itself: sanjha config set ${key} VALUE`,
    },
  )
}
