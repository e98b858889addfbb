import { parseSse, type SseEvent } from './testServer.ts'

export interface EventReader {
  /** Everything heard so far. */
  readonly events: SseEvent[]
  /** Resolves once the server ends the stream; rejects when the connection breaks. */
  readonly ended: Promise<void>
  /** Waits for the next event that is like that, also among those heard already. */
  next(matches: (event: SseEvent) => boolean): Promise<SseEvent>
  close(): Promise<void>
}

/** Reads a stream of server-sent events as they come. */
export function readEvents(response: Response): EventReader {
  const events: SseEvent[] = []
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  let wake: () => void = () => undefined
  const read = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      const end = text.lastIndexOf('\n\n')
      if (end < 0) continue
      events.push(...parseSse(text.slice(0, end + 2)))
      text = text.slice(end + 2)
      wake()
    }
  }
  const ended = read().finally(() => wake())
  ended.catch(() => undefined)
  return {
    events,
    ended,
    next: async (matches) => {
      for (;;) {
        const found = events.find(matches)
        if (found !== undefined) return found
        const more = new Promise<void>((resolve) => {
          wake = resolve
        })
        const over = await Promise.race([more.then(() => false), ended.then(() => true)])
        if (over && !events.some(matches)) throw new Error('The stream ended before that.')
      }
    },
    close: () => reader.cancel(),
  }
}
