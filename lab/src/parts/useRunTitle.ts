import type { Run } from '../api/Run.ts'
import type en from '../i18n/messages/en.json'
import { useHasText, useText, type Values } from '../i18n/Texts.tsx'

/** What a run is about, in the language of the page where it knows the kind, else in the server's words. */
export function useRunTitle(): (run: Pick<Run, 'kind' | 'title' | 'input'>) => { text: string; lang?: 'en' } {
  const text = useText<keyof typeof en>()
  const hasText = useHasText()
  return ({ kind, title, input }) => {
    const key = `run.title.${kind}`
    const values = typeof input === 'object' && input !== null ? (input as Values) : {}
    const needed = { pull: 'model', 'engine-install': 'backend' }[kind]
    if (!hasText(key) || (needed !== undefined && typeof values[needed] !== 'string'))
      return { text: title, lang: 'en' }
    return { text: text(key as keyof typeof en, values) }
  }
}
