import { useEffect, useRef, useSyncExternalStore } from 'react'
import { apiKey } from './apiKey.ts'
import { type ConnectionState, LiveConnection } from './LiveConnection.ts'
import type { LiveTopic, LiveTopics } from './liveTopics.ts'

/** The page's one stream of the server's events. */
export const liveEvents: LiveConnection = new LiveConnection({
  url: '/sanjha/v1/events',
  fetch: (url, init) => fetch(url, { ...init, cache: 'no-store' }),
  clock: {
    now: () => Date.now(),
    setTimeout: (done, ms) => setTimeout(done, ms),
    clearTimeout: (timer) => clearTimeout(timer as number),
  },
  key: apiKey.get,
  random: Math.random,
  report: (error) => reportError(error),
})

let first: string | undefined
liveEvents.on('hello', ({ version }) => {
  first ??= version
})

/** The version of the server when the page was loaded; its `hello` often comes before anything is drawn. */
export function firstVersion(): string | undefined {
  return first
}

/** Connects, and follows what the browser knows: of the network, of sleep, of who looks at the page. */
export function startLiveEvents(): void {
  const look = (): void => {
    if (document.visibilityState === 'visible') liveEvents.wake()
    else liveEvents.hide()
  }
  addEventListener('online', () => liveEvents.wake())
  addEventListener('pageshow', look)
  document.addEventListener('visibilitychange', look)
  document.addEventListener('resume', look)
  apiKey.watch(() => liveEvents.connect())
  liveEvents.connect()
}

/** Calls `handler` with each event of this name while the component is shown. */
export function useLive<Topic extends LiveTopic>(topic: Topic, handler: (data: LiveTopics[Topic]) => void): void {
  const latest = useRef(handler)
  useEffect(() => {
    latest.current = handler
  })
  useEffect(() => liveEvents.on(topic, (data) => latest.current(data)), [topic])
}

const watch = (changed: () => void): (() => void) => liveEvents.watchState(changed)

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(watch, () => liveEvents.state)
}
