import { IntlMessageFormat } from 'intl-messageformat'
import { createContext, type ReactNode, useCallback, useContext, useMemo } from 'react'
import type { Language } from './languages.ts'
import type { Messages } from './loadMessages.ts'

/** What a message may be told. */
export type Values = Readonly<Record<string, string | number | Date>>

interface Texts {
  readonly language: Language
  readonly messages: Messages
}

const TextsContext = createContext<Texts | undefined>(undefined)

/** Messages for what is inside, besides those from further out. */
export function TextsProvider(props: { language: Language; messages: Messages; children: ReactNode }): ReactNode {
  const outer = useContext(TextsContext)
  const { language, messages, children } = props
  const texts = useMemo(
    () => ({ language, messages: { ...(outer?.language === language && outer.messages), ...messages } }),
    [outer, language, messages],
  )
  return <TextsContext value={texts}>{children}</TextsContext>
}

export function useLanguage(): Language {
  return useTexts().language
}

/** Gives the texts of this place in the language of the page. `Key`: the keys of its messages. */
export function useText<Key extends string>(): (key: Key, values?: Values) => string {
  const { language, messages } = useTexts()
  return useMemo(() => {
    const formats = new Map<string, IntlMessageFormat>()
    return (key, values) => {
      const message = messages[key]
      if (message === undefined) throw new Error(`There is no message ${key}.`)
      let format = formats.get(key)
      if (format === undefined) {
        format = new IntlMessageFormat(message, language)
        formats.set(key, format)
      }
      return String(format.format(values))
    }
  }, [language, messages])
}

/** Whether there is such a message here: for keys that a server names, which may be of another version. */
export function useHasText(): (key: string) => boolean {
  const { messages } = useTexts()
  return useCallback((key) => Object.hasOwn(messages, key), [messages])
}

function useTexts(): Texts {
  const texts = useContext(TextsContext)
  if (texts === undefined) throw new Error('This is outside of a TextsProvider.')
  return texts
}
