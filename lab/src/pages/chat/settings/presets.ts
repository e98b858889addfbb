import type { ChatSettingsValue } from '../chatSettingsValue.ts'

/** Settings under a name. */
export interface Preset {
  readonly name: string
  readonly value: ChatSettingsValue
}

/** What is kept: undefined where something is there that cannot be read. */
export type KeptPresets = readonly Preset[] | undefined

const storageKey = 'sanjha.chatPresets'

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export const keptText = (storage: Shelf): string | null => storage.getItem(storageKey)

export function parsePresets(text: string | null): KeptPresets {
  if (text === null) return []
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) && list.every(isPreset) ? list : undefined
  } catch {
    return undefined
  }
}

function isPreset(value: unknown): value is Preset {
  const { name, value: settings } = (value ?? {}) as Partial<Preset>
  if (typeof name !== 'string' || typeof settings !== 'object' || settings === null) return false
  const { system, parameters } = settings as Partial<ChatSettingsValue>
  const isMap = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)
  return isMap && (system === undefined || typeof system === 'string')
}

/** The presets with one more, or with another in the place of that of the same name; by name. */
export function withPreset(presets: readonly Preset[], preset: Preset): Preset[] {
  return [...without(presets, preset.name), preset].sort((a, b) => a.name.localeCompare(b.name))
}

export const without = (presets: readonly Preset[], name: string): Preset[] =>
  presets.filter((each) => each.name !== name)

/** Errors: what the browser says, where it is full or keeps nothing. */
export function keepPresets(storage: Shelf, presets: readonly Preset[] | null): void {
  if (presets === null) storage.removeItem(storageKey)
  else storage.setItem(storageKey, JSON.stringify(presets))
}

/** Calls back when another tab changes them. */
export function watchPresets(changed: () => void): () => void {
  const look = (event: StorageEvent): void => {
    if (event.key === storageKey || event.key === null) changed()
  }
  addEventListener('storage', look)
  return () => removeEventListener('storage', look)
}
