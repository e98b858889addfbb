import { useMemo } from 'react'
import { useHasText, useLanguage, useText } from '../../i18n/Texts.tsx'
import type { SettingEntry } from './contract.ts'
import type en from './messages/en.json'
import { type Control, readType } from './readType.ts'

type Key = keyof typeof en

export interface SettingTexts {
  /** A short name; the key itself for a setting that has none here. */
  readonly name: string
  readonly meaning: string
  /** False where the server says in English what this page has no words for. */
  readonly isTranslated: boolean
  /** What it takes. */
  readonly takes: string
}

/** A setting in the language of the page. The server speaks English; its words are shown as such where there are no others. */
export function useSettingTexts(): (setting: SettingEntry) => SettingTexts {
  const text = useText<Key>()
  const has = useHasText()
  const language = useLanguage()
  return useMemo(
    () => (setting) => {
      const name = `settings.name.${setting.key}`
      const meaning = `settings.meaning.${setting.key}`
      const isTranslated = language === 'en' || has(meaning)
      return {
        name: has(name) ? text(name as Key) : setting.key,
        meaning: language === 'en' || !has(meaning) ? setting.description : text(meaning as Key),
        isTranslated,
        takes: takes(readType(setting.type, setting.choices), text, setting.type),
      }
    },
    [text, has, language],
  )
}

function takes(control: Control, text: ReturnType<typeof useText<Key>>, words: string): string {
  const what = ((): string => {
    switch (control.kind) {
      case 'number':
        return control.max === undefined
          ? text('settings.takes.numberFrom', { min: control.min })
          : text('settings.takes.numberBetween', { min: control.min, max: control.max })
      case 'choice':
        return text('settings.takes.choice', { choices: control.choices.map((choice) => `\`${choice}\``).join(', ') })
      case 'duration':
        return text(control.endless ? 'settings.takes.durationOrEndless' : 'settings.takes.duration')
      case 'structure':
        return text('settings.takes.structure', { form: words })
      default:
        return text(`settings.takes.${control.kind}`)
    }
  })()
  const open = 'open' in control ? control.open : undefined
  return open === undefined ? what : text('settings.takes.or', { word: `\`${open}\``, what })
}
