import { type ReactNode, useEffect, useRef } from 'react'
import { firstVersion, liveEvents, useConnectionState, useLive } from '../api/liveEvents.ts'
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

/** The same where there is no room for a button: only when something is wrong. */
export function ConnectionNote(): ReactNode {
  const text = useText<keyof typeof en>()
  const state = useConnectionState()
  if (state === 'connected' || state === 'connecting') return null
  return (
    <span className="shell-note" data-state={state}>
      <span className="shell-dot" />
      {text(`live.${state}`)}
    </span>
  )
}

/** Says aloud that the connection is lost or back, and that the server is of another version than the page. */
function useNews(): void {
  const text = useText<keyof typeof en>()
  const state = useConnectionState()
  const wasLost = useRef(false)
  const told = useRef<string>(undefined)
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
    if (hello.version === firstVersion() || hello.version === told.current) return
    told.current = hello.version
    toast({
      text: text('live.updated', { version: hello.version }),
      action: { label: text('live.reload'), run: () => location.reload() },
    })
  })
}
