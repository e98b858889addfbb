import { ask } from '../../api/ask.ts'
import type { ChatSettingsValue } from './chatSettingsValue.ts'
import type { Attachment, ChatMessage, ChatSummary, ContextMeasure, PathPage } from './wire.ts'

/** What is done with a chat that is too long for its model. */
export type Overflow = 'leave_out' | 'error'

export interface Question {
  readonly text: string
  readonly attachments: readonly Attachment[]
}

export interface AnswerOrder {
  readonly model: string
  readonly settings: ChatSettingsValue
  readonly overflow: Overflow
  /** Absent: the end of the branch that is shown. */
  readonly parentId?: string | null
  /** Absent: the message `parentId` is answered (again). */
  readonly question?: Question
}

const at = (id: string): string => encodeURIComponent(id)

function settingsOf({ parameters, schema }: ChatSettingsValue): Record<string, unknown> {
  if (schema === undefined) return parameters
  return { ...parameters, response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } }
}

function messageOf({ text, attachments }: Question): { text: string; data?: object } {
  return attachments.length === 0 ? { text } : { text, data: { attachments } }
}

/** What the server can be asked about chats. Errors: `LabError`. */
export const chatApi = {
  create: (model: string, data: object): Promise<ChatSummary> =>
    ask('/chats', { method: 'POST', body: { model, data } }),
  get: (id: string): Promise<ChatSummary> => ask(`/chats/${at(id)}/summary`),
  update: (id: string, patch: object): Promise<ChatSummary> =>
    ask(`/chats/${at(id)}`, { method: 'PATCH', body: patch }),
  removeChat: (id: string): Promise<unknown> => ask(`/chats/${at(id)}`, { method: 'DELETE' }),
  path: (id: string, options: { leaf?: string; before?: string; limit: number }): Promise<PathPage> => {
    const query = new URLSearchParams({ limit: String(options.limit) })
    if (options.leaf !== undefined) query.set('leaf', options.leaf)
    if (options.before !== undefined) query.set('before', options.before)
    return ask(`/chats/${at(id)}/path?${query}`)
  },
  message: (id: string): Promise<ChatMessage> => ask(`/messages/${at(id)}`),
  remove: (id: string): Promise<unknown> => ask(`/messages/${at(id)}`, { method: 'DELETE' }),
  select: (id: string, messageId: string): Promise<ChatSummary> =>
    ask(`/chats/${at(id)}/select`, { method: 'POST', body: { messageId } }),
  answer: (id: string, order: AnswerOrder): Promise<{ question: ChatMessage | null; answer: ChatMessage }> => {
    const { model, settings, overflow, parentId, question } = order
    return ask(`/chats/${at(id)}/answers`, {
      method: 'POST',
      body: {
        model,
        overflow,
        settings: settingsOf(settings),
        ...(settings.system !== undefined && { system: settings.system }),
        ...(parentId !== undefined && { parentId }),
        ...(question && { message: messageOf(question) }),
        ...(settings.tools && { tools: settings.tools }),
      },
    })
  },
  stop: (messageId: string): Promise<{ stopped: boolean }> => ask(`/answers/${at(messageId)}/stop`, { method: 'POST' }),
  context: (
    id: string,
    order: { model: string; settings: ChatSettingsValue; leafId?: string; draft?: Question; signal: AbortSignal },
  ): Promise<ContextMeasure> => {
    const { model, settings, leafId, draft, signal } = order
    return ask(`/chats/${at(id)}/context`, {
      method: 'POST',
      signal,
      body: {
        model,
        settings: settingsOf(settings),
        ...(settings.system !== undefined && { system: settings.system }),
        ...(leafId !== undefined && { leafId }),
        ...(draft && { draft: messageOf(draft) }),
      },
    })
  },
}
