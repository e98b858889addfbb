import { useEffect, useRef, useState } from 'react'
import { useConnectionState } from '../../api/liveEvents.ts'
import { isOver, type Run } from '../../api/Run.ts'
import { emptyHistory, foldEvents, type RunHistory } from './foldEvents.ts'
import { readRunEvents } from './readRunEvents.ts'

/** How long to wait before a stream that was cut is asked for again, while the rest of the page is connected. */
const againMs = 1_500

/** Log and steps of a run, as they grow. After a cut it goes on where it was. */
export function useRunHistory(run: Run): RunHistory {
  const [history, setHistory] = useState(emptyHistory)
  const reached = useRef(0)
  const isConnected = useConnectionState() === 'connected'
  const { id } = run
  const life = `${run.attempts} ${isOver(run)}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that is resumed tells more, though its stream had ended
  useEffect(() => {
    if (!isConnected) return
    const stop = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      try {
        await readRunEvents(id, reached.current, stop.signal, (events) => {
          reached.current = Math.max(reached.current, events.at(-1)?.sequence ?? 0)
          setHistory((now) => foldEvents(now, events))
        })
      } catch {
        if (!stop.signal.aborted) timer = setTimeout(() => void read(), againMs)
      }
    }
    void read()
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [id, life, isConnected])
  return history
}
