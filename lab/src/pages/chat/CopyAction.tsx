import { type ReactNode, useEffect, useState } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { announce } from '../../parts/announce.tsx'
import { copyText } from '../../parts/copyText.ts'
import { Icon } from '../../parts/Icon.tsx'
import { toast } from '../../parts/Toasts.tsx'
import type en from './messages/en.json'

/** Copies what was said, as it was written. */
export function CopyAction({ text: said }: { text: string }): ReactNode {
  const text = useText<keyof typeof en>()
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    if (!isDone) return
    const timer = setTimeout(() => setDone(false), 2000)
    return () => clearTimeout(timer)
  }, [isDone])
  const copy = async (): Promise<void> => {
    if (await copyText(said)) {
      setDone(true)
      announce(text('chat.copied'))
    } else toast({ kind: 'bad', text: text('chat.copy.failed') })
  }
  return (
    <button type="button" className="button plain small" onClick={() => void copy()}>
      <Icon name={isDone ? 'check' : 'copy'} size="1em" />
      {text(isDone ? 'chat.copied' : 'chat.copy')}
    </button>
  )
}
