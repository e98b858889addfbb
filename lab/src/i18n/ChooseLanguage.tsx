import { createContext, useContext } from 'react'
import type { Language } from './languages.ts'

/** Changes the language of the whole Lab, from anywhere in it. */
export const ChooseLanguage = createContext<((language: Language) => void) | undefined>(undefined)

export function useChooseLanguage(): (language: Language) => void {
  const choose = useContext(ChooseLanguage)
  if (choose === undefined) throw new Error('This is outside of ChooseLanguage.')
  return choose
}
