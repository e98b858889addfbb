import type { ReactNode } from 'react'

/** GET, POST …: the word tells; the colour only helps to find it. */
export function Method({ method }: { method: string }): ReactNode {
  return <span className={`reference-method ${method.toLowerCase()}`}>{method}</span>
}
