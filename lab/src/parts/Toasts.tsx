import { type ReactNode, useEffect, useState } from 'react'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { createList, useList } from './createList.ts'
import { Icon } from './Icon.tsx'
import './toasts.css'

export interface Toast {
  readonly text: string
  /** Default `info`. */
  readonly kind?: 'info' | 'good' | 'bad'
  /** Something to do about it: undo, open, reload. Such a message stays until it is closed. */
  readonly action?: { readonly label: string; run(): void }
}

interface Shown extends Toast {
  readonly id: number
}

const toasts = createList<Shown>()
let count = 0
const shownMs = 8_000
const pictures = { info: 'info', good: 'check', bad: 'warning' } as const

/** A short message in the corner, of what has just happened. Screen readers hear it. Returns how to take it away. */
export function toast(message: Toast): () => void {
  const shown = { ...message, id: ++count }
  toasts.add(shown)
  return () => toasts.remove(shown)
}

/** Where `toast` speaks. One for the whole page. */
export function Toasts(): ReactNode {
  const text = useText<keyof typeof en>()
  return (
    <section className="toasts" aria-label={text('toasts.title')}>
      <ul aria-live="polite" aria-relevant="additions">
        {useList(toasts).map((message) => (
          <ToastItem key={message.id} message={message} />
        ))}
      </ul>
    </section>
  )
}

function ToastItem({ message }: { message: Shown }): ReactNode {
  const text = useText<keyof typeof en>()
  const [isHeld, setHeld] = useState(false)
  const { kind = 'info', action } = message
  // What is being read, or has a button, does not run away.
  const stays = isHeld || action !== undefined || kind === 'bad'
  useEffect(() => {
    if (stays) return
    const timer = setTimeout(() => toasts.remove(message), shownMs)
    return () => clearTimeout(timer)
  }, [stays, message])
  return (
    <li
      className={`toast ${kind}`}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={pictures[kind]} />
      <p>{message.text}</p>
      {action !== undefined && (
        <button
          type="button"
          className="button small"
          onClick={() => {
            toasts.remove(message)
            action.run()
          }}
        >
          {action.label}
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label={text('toasts.close')}
        onClick={() => toasts.remove(message)}
      >
        <Icon name="close" size="1em" />
      </button>
    </li>
  )
}
