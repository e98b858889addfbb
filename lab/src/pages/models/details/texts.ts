import { useLanguage, useText } from '../../../i18n/Texts.tsx'
import type page from '../messages/en.json'
import type details from './messages/en.json'

export type DetailText = keyof typeof page | keyof typeof details

/** The texts of the details and of the page that they are part of. */
export function useDetailText() {
  return { text: useText<DetailText>(), language: useLanguage() }
}
