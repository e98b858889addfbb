import { createParser } from 'eventsource-parser'
import { apiKey } from '../../api/apiKey.ts'
import { LabError } from '../../api/LabError.ts'
import type { RunEvent } from './foldEvents.ts'

/** Calls `onEvents` with what happened in a run after `after`, then with what happens, until the run has ended. */
export async function readRunEvents(
  id: string,
  after: number,
  signal: AbortSignal,
  onEvents: (events: readonly RunEvent[]) => void,
): Promise<void> {
  const key = apiKey.get()
  const response = await fetch(`/sanjha/v1/runs/${encodeURIComponent(id)}/events?after=${after}`, {
    headers: { accept: 'text/event-stream', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    cache: 'no-store',
    signal,
  })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    throw new LabError({
      code: response.status === 404 ? 'not_found' : 'unknown',
      message: `${response.status} ${response.statusText}`.trim(),
      status: response.status,
      retryable: response.status >= 500,
    })
  }
  let told: RunEvent[] = []
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event !== 'error') told.push(JSON.parse(data) as RunEvent)
    },
  })
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  while (true) {
    const { done, value } = await reader.read()
    if (done) return
    parser.feed(decoder.decode(value, { stream: true }))
    // All that came in one piece is shown in one go: a run that is over has thousands of them.
    if (told.length > 0) onEvents(told)
    told = []
  }
}
