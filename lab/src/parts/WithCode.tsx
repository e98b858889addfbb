import type { ReactNode } from 'react'

/** Text in which what stands between backticks is code. */
export function WithCode({ children }: { children: string }): ReactNode {
  return children.split('`').map((part, index) =>
    // The parts have no other names than their places.
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    index % 2 === 1 ? <code key={index}>{part}</code> : part,
  )
}
