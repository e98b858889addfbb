import type { ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import type en from './messages/en.json'

/** A conversation with a model, its history at the one side and its settings at the other. */
export function ChatPage(): ReactNode {
  const text = useText<keyof typeof en>()
  return <h1>{text('chat.title')}</h1>
}
