import type { ChatMessage, ChatTree } from '../wire.ts'

/** The messages of the branch that is shown, from its first one on. */
export function activeBranch({
  messages,
  activeMessageId,
}: Pick<ChatTree, 'messages' | 'activeMessageId'>): ChatMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]))
  const branch: ChatMessage[] = []
  let current = activeMessageId === null ? undefined : byId.get(activeMessageId)
  while (current !== undefined) {
    branch.unshift(current)
    byId.delete(current.id)
    current = current.parentId === null ? undefined : byId.get(current.parentId)
  }
  return branch
}
