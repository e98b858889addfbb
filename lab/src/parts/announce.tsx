import type { ReactNode } from 'react'
import { createList, useList } from './createList.ts'

interface Announcement {
  readonly id: number
  readonly text: string
}

/** Long enough for a screen reader to take it up, and gone before anybody stumbles over it. */
const keptMs = 5_000
const announcements = createList<Announcement>()
let count = 0

/** Says something to those who do not see it, once they have heard what is being read: that an answer is finished, a model stored. */
export function announce(text: string): void {
  const announcement = { id: ++count, text }
  announcements.add(announcement)
  setTimeout(() => announcements.remove(announcement), keptMs)
}

/** Where `announce` speaks. One for the whole page; it stands there from the beginning, or nobody listens to it. */
export function Announcer(): ReactNode {
  return (
    <div className="shell-hidden" aria-live="polite" data-announcer>
      {useList(announcements).map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  )
}
