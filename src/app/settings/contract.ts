import type { LoadedConfig, SettingOrigin, SettingValue } from '../../core/index.ts'

/** One setting for a person: what it is, what it means, where it comes from, and whether it may be changed over HTTP. */
export interface SettingState {
  readonly key: string
  /** As a person writes it, e.g. `5m`. Null for a secret. */
  readonly value: SettingValue['value'] | null
  readonly origin: SettingOrigin
  readonly description: string
  /** In words, after “takes”. */
  readonly type: string
  readonly default: SettingValue['value'] | null
  /** Environment variables, the strongest first. */
  readonly env: readonly string[]
  readonly editable: boolean
  readonly secret: boolean
  readonly needsRestart: boolean
  readonly choices?: readonly string[]
  /** Of secrets: whether there is one. */
  readonly isSet?: boolean
  /** It has been changed, and this server still runs with what it was before. */
  readonly pending: boolean
}

export interface SettingsReport {
  readonly settings: readonly SettingState[]
  readonly userFile: string
  readonly projectFile: string | null
  readonly warnings: readonly string[]
}

/** The configuration while the program runs: files may change, by this program or by others. */
export interface LiveSettings {
  /** As it is now. Who reads it takes changes without a restart. While a file is wrong, what was right before it holds. */
  current(): Promise<LoadedConfig>
  report(): Promise<SettingsReport>
  /**
   * Writes a setting into the user's file; null takes it out. Says why it has no effect where a stronger source sets it too.
   * Errors: `invalid_config` for a wrong value, `not_found`, `forbidden` for what may not be changed over HTTP; then
   * nothing is changed.
   */
  set(key: string, value: unknown): Promise<SettingState & { readonly note: string | null }>
}
