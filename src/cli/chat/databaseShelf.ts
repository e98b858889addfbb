import type { Chats } from '../../chats/index.ts'
import type { ChatMessage } from '../../engine/index.ts'
import type { ChatShelf } from './slashCommands.ts'

/** Chats that were saved at the terminal stand in this folder, so that the web page shows them together. */
const folder = 'Terminal'

/** Keeps chats in the database, where the web page finds them too. Saving under a name again replaces what was there. */
export function databaseShelf(chats: Chats): ChatShelf {
  const all = () => chats.list({ folder, limit: 1000 }).chats
  return {
    names: () => all().map((chat) => chat.title),
    save: (name, session) => {
      for (const chat of all()) if (chat.title === name) chats.delete(chat.id)
      const { system } = session.settings
      const chat = chats.create({
        title: name,
        folder,
        model: session.target.model,
        ...(system !== undefined && { data: { system } }),
      })
      for (const message of session.messages) {
        const text = message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
        chats.append(chat.id, {
          role: message.role,
          text,
          ...(message.role === 'assistant' && { model: session.target.model }),
        })
      }
    },
    load: (name) => {
      const chat = all().find((known) => known.title === name)
      if (chat === undefined) return undefined
      const messages = chats.path(chat.id).flatMap((stored): ChatMessage[] => {
        const content = [{ type: 'text', text: stored.text }] as const
        // A tool's result means nothing without the call, which the terminal does not keep.
        return stored.role === 'tool' ? [] : [{ role: stored.role, content }]
      })
      const system = chat.data?.system
      return { messages, ...(typeof system === 'string' && { system }) }
    },
  }
}
