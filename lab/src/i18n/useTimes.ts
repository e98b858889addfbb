import { useMemo } from 'react'
import { createTimes, type Times } from './createTimes.ts'
import type en from './messages/en.json'
import { useLanguage, useText } from './Texts.tsx'

/** Durations, moments and “how long ago” in the language of the page. */
export function useTimes(): Times {
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  return useMemo(() => createTimes(text, language, navigator.languages), [text, language])
}
