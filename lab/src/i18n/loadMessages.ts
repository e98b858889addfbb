import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser'
import type { Language } from './languages.ts'

/** Key of a message → the message, parsed. */
export type Messages = Readonly<Record<string, MessageFormatElement[]>>

const files = import.meta.glob<{ default: Messages }>('../**/messages/*.json')

/** The messages of a folder of `src/`, in a language. Each is a file of its own that is fetched when it is needed. */
export async function loadMessages(folder: string, language: Language): Promise<Messages> {
  const load = files[`${folder === 'i18n' ? '.' : `../${folder}`}/messages/${language}.json`]
  if (load === undefined) throw new Error(`There are no messages in ${folder}.`)
  return (await load()).default
}
