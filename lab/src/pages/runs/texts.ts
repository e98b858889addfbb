import type { Times } from '../../i18n/createTimes.ts'
import type shell from '../../i18n/messages/en.json'
import { useHasText, useLanguage, useText, type Values } from '../../i18n/Texts.tsx'
import { useTimes } from '../../i18n/useTimes.ts'
import type en from './messages/en.json'

type Key = keyof typeof en | keyof typeof shell

export interface RunTexts {
  readonly text: (key: Key, values?: Values) => string
  readonly language: string
  readonly times: Times
  /** A word of the server's own, such as the name of a step, in the language of the page where it knows it. */
  readonly word: (kind: 'kind' | 'step', name: string) => { readonly text: string; readonly lang?: 'en' }
}

export function useRunTexts(): RunTexts {
  const text = useText<Key>()
  const hasText = useHasText()
  const language = useLanguage()
  return {
    text,
    language,
    times: useTimes(),
    word: (kind, name) => {
      const key = `runs.${kind}.${name}`
      return hasText(key) ? { text: text(key as Key) } : { text: name, lang: 'en' }
    },
  }
}
