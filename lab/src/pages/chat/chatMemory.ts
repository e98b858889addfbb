import type { Overflow } from './chatApi.ts'
import type { ChatSettingsValue } from './chatSettingsValue.ts'
import type { ChatSummary } from './wire.ts'

const modelKey = 'sanjha.chat.model'
const overflowKey = 'sanjha.chat.overflow'
const draftKey = (chat: string | undefined): string => `sanjha.chat.draft.${chat ?? 'new'}`

/** What the browser keeps: of a person, for longer; what is being written, as long as the tab. */
export const chatMemory = {
  model: (): string | null => localStorage.getItem(modelKey),
  keepModel: (name: string): void => localStorage.setItem(modelKey, name),
  overflow: (): Overflow => (localStorage.getItem(overflowKey) === 'error' ? 'error' : 'leave_out'),
  keepOverflow: (overflow: Overflow): void => localStorage.setItem(overflowKey, overflow),
  draft: (chat: string | undefined): string => sessionStorage.getItem(draftKey(chat)) ?? '',
  keepDraft: (chat: string | undefined, text: string): void => {
    if (text === '') sessionStorage.removeItem(draftKey(chat))
    else sessionStorage.setItem(draftKey(chat), text)
  },
  /** A chat has begun: what was written since its question was sent belongs to it. */
  takeDraftAlong: (chat: string, sent: string): void => {
    const draft = chatMemory.draft(undefined)
    if (draft !== sent) chatMemory.keepDraft(chat, draft)
    chatMemory.keepDraft(undefined, '')
  },
}

/** What a chat keeps of its settings, in its `data`. */
export function settingsOf(chat: ChatSummary | undefined): ChatSettingsValue {
  const { system, settings, schema, tools } = chat?.data ?? {}
  return {
    ...(typeof system === 'string' && { system }),
    parameters: typeof settings === 'object' && settings !== null ? (settings as Record<string, unknown>) : {},
    ...(schema !== undefined && schema !== null && { schema }),
    ...(Array.isArray(tools) && tools.length > 0 && { tools: tools as string[] }),
  }
}

/** The chat's `data` with other settings in it. */
export function withSettings(data: ChatSummary['data'], value: ChatSettingsValue): Record<string, unknown> {
  const { system: _system, settings: _settings, schema: _schema, tools: _tools, ...rest } = data ?? {}
  const { system, parameters, schema, tools = [] } = value
  return {
    ...rest,
    ...(system !== undefined && { system }),
    settings: parameters,
    ...(schema !== undefined && { schema }),
    ...(tools.length > 0 && { tools }),
  }
}
