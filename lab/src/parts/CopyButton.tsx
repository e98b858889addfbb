import { type ReactNode, useEffect, useState } from 'react'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { announce } from './announce.tsx'
import { copyText } from './copyText.ts'
import { Icon } from './Icon.tsx'
import { toast } from './Toasts.tsx'

/**
 * Copies `text`, and says that it did.
 * @param label its name: what is copied. Shown with `showLabel`, else only said
 * @param look classes of the button, where its label is shown
 */
export function CopyButton(props: {
  text: string | (() => string)
  label: string
  showLabel?: boolean
  look?: string
}): ReactNode {
  const say = useText<keyof typeof en>()
  const { text, label, showLabel = false, look = 'button' } = props
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    if (!isDone) return
    const timer = setTimeout(() => setDone(false), 2_000)
    return () => clearTimeout(timer)
  }, [isDone])
  const copy = async (): Promise<void> => {
    if (await copyText(typeof text === 'string' ? text : text())) {
      setDone(true)
      announce(say('copy.done'))
    } else toast({ kind: 'bad', text: say('copy.failed') })
  }
  return (
    <button
      type="button"
      className={showLabel ? look : 'icon-button'}
      aria-label={showLabel ? undefined : label}
      title={showLabel ? undefined : label}
      onClick={() => void copy()}
    >
      <Icon name={isDone ? 'check' : 'copy'} />
      {showLabel && label}
    </button>
  )
}
