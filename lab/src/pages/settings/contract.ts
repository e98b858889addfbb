/** What the server says, as far as this page reads it. */

export type Value = string | number | boolean | null | readonly unknown[]

export type Origin =
  | { readonly from: 'flag'; readonly flag: string }
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'project' | 'user'; readonly path: string; readonly line: number; readonly column: number }
  | { readonly from: 'default' }

/** One entry of `GET /settings`. */
export interface SettingEntry {
  readonly key: string
  /** As a person writes it, e.g. `5m`. Null for a secret. */
  readonly value: Value
  readonly origin: Origin
  /** In English. */
  readonly description: string
  /** In words, after “takes”, e.g. `a whole number from 0 to 65535`. */
  readonly type: string
  readonly default: Value
  /** Environment variables, the strongest first. */
  readonly env: readonly string[]
  readonly editable: boolean
  readonly secret: boolean
  readonly needsRestart: boolean
  readonly choices?: readonly string[]
  /** Of secrets: whether there is one. */
  readonly isSet?: boolean
  /** It has been changed to `value`, and the server still runs with what it was before. */
  readonly pending: boolean
}

/** What `PATCH /settings/:key` gives. */
export interface ChangedSetting extends SettingEntry {
  /** In English: what it is to be known besides, e.g. that something stronger sets it too. */
  readonly note: string | null
}

export interface SettingsAnswer {
  readonly settings: readonly SettingEntry[]
  readonly userFile: string
  readonly projectFile: string | null
  readonly warnings: readonly string[]
}
