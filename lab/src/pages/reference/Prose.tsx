import type { ReactNode } from 'react'

/** A text of the document, which is English; what stands between backticks is code. */
export function Prose({ text }: { text: string }): ReactNode {
  let offset = 0
  const parts = text.split('`').map((part, i) => {
    const key = offset
    offset += part.length + 1
    return i % 2 === 1 ? <code key={key}>{part}</code> : part
  })
  return <p lang="en">{parts}</p>
}
