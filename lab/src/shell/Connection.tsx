import { type ReactNode, useEffect, useRef } from 'react'
import { liveEvents, useConnectionState, useLive } from '../api/liveEvents.ts'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { announce } from '../parts/announce.tsx'
import { toast } from '../parts/Toasts.tsx'

/** Whether the page hears of what happens, in a word. Where it does not, a press tries again at once. */
export function Connection(): ReactNode {
  const text = useText<keyof typeof en>()
  const state = useConnectionState()
  useNews()
  const words = text(`live.${state}`)
  return (
    <button
      type="button"
      className="shell-item shell-connection"
      data-state={state}
      title={words}
      aria-disabled={state === 'connected'}
      onClick={() => {
        if (state !== 'connected') liveEvents.connect()
      }}
    >
      <span className="shell-dot" />
      <span className="shell-words">{words}</span>
    </button>
  )
}

/** Says aloud that the connection is lost or back, and that the server is of another version than the page. */
function useNews(): void {
  const text = useText<keyof typeof en>()
  const state = useConnectionState()
  const wasLost = useRef(false)
  const version = useRef<string>(undefined)
  useEffect(() => {
    if (state === 'offline' && !wasLost.current) {
      wasLost.current = true
      announce(text('live.lost'))
    }
    if (state === 'connected' && wasLost.current) {
      wasLost.current = false
      announce(text('live.back'))
    }
  }, [state, text])
  useLive('hello', (hello) => {
    const isNew = version.current !== undefined && version.current !== hello.version
    version.current = hello.version
    if (!isNew) return
    toast({
      text: text('live.updated', { version: hello.version }),
      action: { label: text('live.reload'), run: () => location.reload() },
    })
  })
}
