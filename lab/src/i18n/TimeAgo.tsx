import type { ReactNode } from 'react'
import { useNow } from './useNow.ts'
import { useTimes } from './useTimes.ts'

/** A moment: how long ago, and when exactly for who asks. Goes on by itself. */
export function TimeAgo({ at }: { at: string }): ReactNode {
  const times = useTimes()
  const then = new Date(at)
  useNow(10_000)
  return (
    <time dateTime={at} title={times.moment(then)}>
      {times.ago(then, new Date())}
    </time>
  )
}
