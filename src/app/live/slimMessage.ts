import type { StoredChatMessage } from '../../chats/index.ts'

/** UTF-16 units of JSON that a told message may bring along in its `data`. */
const mostData = 65_536

export interface ToldMessage {
  readonly message: StoredChatMessage
  /** Keys of its `data` that were too large to be told; `GET /messages/:id` has them. */
  readonly without?: readonly string[]
}

/** The message without what is too large to wait in memory for everybody who listens: pictures, mostly. */
export function slimMessage(message: StoredChatMessage): ToldMessage {
  const { data } = message
  if (data === null) return { message }
  const sizes = Object.entries(data)
    .map(([key, value]) => ({ key, size: key.length + (JSON.stringify(value) ?? '').length }))
    .sort((a, b) => b.size - a.size)
  let total = sizes.reduce((sum, { size }) => sum + size, 0)
  const without: string[] = []
  for (const { key, size } of sizes) {
    if (total <= mostData) break
    total -= size
    without.push(key)
  }
  if (without.length === 0) return { message }
  const kept = Object.fromEntries(Object.entries(data).filter(([key]) => !without.includes(key)))
  return { message: { ...message, data: kept }, without }
}
