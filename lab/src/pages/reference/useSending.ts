import { useEffect, useRef, useState } from 'react'
import { apiKey } from '../../api/apiKey.ts'

export interface Sent {
  readonly state: 'waiting' | 'receiving' | 'done' | 'stopped' | 'failed'
  readonly status?: { readonly code: number; readonly text: string }
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  /** How much of the body's beginning is not kept. */
  readonly droppedCharacters: number
  readonly milliseconds?: number
  /** Why nothing came. */
  readonly reason?: string
}

/** A stream may never end: of a long one only its end is kept. */
const mostKept = 200_000
/** More often nobody can read what is new. */
const paintMs = 100

/** Sends one request at a time and tells what comes, as it comes. Leaving the page ends it. */
export function useSending(): {
  sent: Sent | undefined
  isBusy: boolean
  send: (request: { method: string; path: string; body?: string }) => Promise<void>
  stop: () => void
} {
  const [sent, setSent] = useState<Sent>()
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const send = async ({ method, path, body }: { method: string; path: string; body?: string }): Promise<void> => {
    running.current?.abort()
    const control = new AbortController()
    running.current = control
    const started = performance.now()
    let now: Sent = { state: 'waiting', headers: [], body: '', droppedCharacters: 0 }
    let painting: ReturnType<typeof setTimeout> | undefined
    const paint = (): void => {
      clearTimeout(painting)
      painting = undefined
      if (running.current === control) setSent(now)
    }
    const tell = (change: Partial<Sent>): void => {
      now = { ...now, ...change }
      paint()
    }
    const tellSoon = (change: Partial<Sent>): void => {
      now = { ...now, ...change }
      painting ??= setTimeout(paint, paintMs)
    }
    const end = (change: Partial<Sent>): void => tell({ ...change, milliseconds: performance.now() - started })
    tell({})
    try {
      const key = apiKey.get()
      const response = await fetch(path, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
        },
        ...(body !== undefined && { body }),
        signal: control.signal,
      })
      tell({
        state: 'receiving',
        status: { code: response.status, text: response.statusText },
        headers: [...response.headers],
      })
      for await (const text of read(response)) {
        const all = now.body + text
        const surplus = Math.max(0, all.length - mostKept)
        tellSoon({ body: all.slice(surplus), droppedCharacters: now.droppedCharacters + surplus })
      }
      end({ state: 'done' })
    } catch (error) {
      if (control.signal.aborted) end({ state: 'stopped' })
      else end({ state: 'failed', reason: error instanceof Error ? error.message : String(error) })
    }
  }
  const isBusy = sent?.state === 'waiting' || sent?.state === 'receiving'
  return { sent, isBusy, send, stop: () => running.current?.abort() }
}

async function* read(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const part = await reader?.read()
    if (part === undefined || part.done) return
    yield part.value
  }
}

/** JSON so that it can be read; everything else as it came. */
export function tidyBody(sent: Sent): string {
  const type = sent.headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  if (sent.state !== 'done' || !type.startsWith('application/json') || sent.droppedCharacters > 0) return sent.body
  try {
    return JSON.stringify(JSON.parse(sent.body), null, 2)
  } catch {
    return sent.body
  }
}
