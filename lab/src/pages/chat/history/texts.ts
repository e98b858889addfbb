import { useText } from '../../../i18n/Texts.tsx'
import type en from './messages/en.json'

export type HistoryKey = keyof typeof en

/** The texts of the history. */
export const useHistoryText: typeof useText<HistoryKey> = useText
