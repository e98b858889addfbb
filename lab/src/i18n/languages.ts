/** The Lab's languages, each by its own name. */
export const languages = { en: 'English', pa: 'ਪੰਜਾਬੀ' } as const
export type Language = keyof typeof languages

const storageKey = 'sanjha.language'

const isLanguage = (text: string | null | undefined): text is Language => text != null && Object.hasOwn(languages, text)

/** The language of `?lang=`, else the one chosen last, else the first of the browser's that the Lab speaks, else English. */
export function chooseLanguage(
  search: string,
  storage: Pick<Storage, 'getItem'>,
  preferred: readonly string[],
): Language {
  const asked = new URLSearchParams(search).get('lang')
  if (isLanguage(asked)) return asked
  const stored = storage.getItem(storageKey)
  if (isLanguage(stored)) return stored
  return preferred.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en'
}

export function rememberLanguage(storage: Pick<Storage, 'setItem'>, language: Language): void {
  storage.setItem(storageKey, language)
}
