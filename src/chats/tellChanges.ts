import type { ChatChange, Chats } from './contract.ts'

/** The same chats, which tell of each change that is made through them, once it is made. */
export function tellChanges(chats: Chats, tell: (change: ChatChange) => void): Chats {
  const changed = (chatId: string): void => tell({ chatId, change: 'changed' })
  return {
    ...chats,
    create(chat) {
      const created = chats.create(chat)
      tell({ chatId: created.id, change: 'created' })
      return created
    },
    append(chatId, message, options) {
      const appended = chats.append(chatId, message, options)
      changed(chatId)
      return appended
    },
    updateMessage(messageId, patch) {
      const updated = chats.updateMessage(messageId, patch)
      changed(updated.chatId)
      return updated
    },
    deleteMessage(messageId) {
      const { chatId } = chats.message(messageId)
      const result = chats.deleteMessage(messageId)
      changed(chatId)
      return result
    },
    select(chatId, messageId) {
      const selected = chats.select(chatId, messageId)
      changed(chatId)
      return selected
    },
    update(id, patch) {
      const updated = chats.update(id, patch)
      changed(id)
      return updated
    },
    delete(id) {
      chats.delete(id)
      tell({ chatId: id, change: 'deleted' })
    },
    import(data) {
      const imported = chats.import(data)
      if (imported.added > 0) tell({ chatId: null, change: 'changed' })
      return imported
    },
  }
}
