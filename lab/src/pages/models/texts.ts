import { useLanguage, useText, type Values } from '../../i18n/Texts.tsx'
import type en from './messages/en.json'

export type ModelText = keyof typeof en
export type Say = (key: ModelText, values?: Values) => string

/** The texts of this page, and its language. */
export function useModelText(): { readonly text: Say; readonly language: string } {
  return { text: useText<ModelText>(), language: useLanguage() }
}
