import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { apiKey } from '../../api/apiKey.ts'
import { useText } from '../../i18n/Texts.tsx'
import { CopyAs } from '../../parts/copyAs/CopyAs.tsx'
import type { CopyRequest } from '../../parts/copyAs/contract.ts'
import { Icon } from '../../parts/Icon.tsx'
import { showHidden } from '../../parts/markdown/showHidden.ts'
import type { ChatSettingsValue } from './chatSettingsValue.ts'
import type en from './messages/en.json'
import type { Panels } from './usePanels.ts'
import type { ChatMessage, ChatSummary } from './wire.ts'

/** What chat this is, and the ways to its sides. */
export function ChatHead(props: {
  chat: ChatSummary | undefined
  isNew: boolean
  panels: Panels
  request: { messages: readonly ChatMessage[]; settings: ChatSettingsValue; model: string | undefined }
}): ReactNode {
  const { chat, isNew, panels, request } = props
  const text = useText<keyof typeof en>()
  const title = isNew || chat === undefined ? text('chat.title') : showHidden(chat.title)
  return (
    <header className="chat-head">
      <button
        type="button"
        className="icon-button"
        aria-label={text('chat.history')}
        title={text('chat.history')}
        aria-expanded={panels.history}
        onClick={() => panels.show('history', !panels.history)}
      >
        <Icon name="sidebar" />
      </button>
      <h1 dir="auto" title={title}>
        {title}
      </h1>
      <div className="chat-head-actions">
        {!panels.history && !isNew && (
          <Link className="icon-button" href="/chat" aria-label={text('chat.new')} title={text('chat.new')}>
            <Icon name="plus" />
          </Link>
        )}
        {request.model !== undefined && !isNew && <CopyAs className="button plain" request={() => toCopy(request)} />}
        <button
          type="button"
          className="button"
          aria-expanded={panels.settings}
          onClick={() => panels.show('settings', !panels.settings)}
        >
          <Icon name="settings" size="1em" />
          {text('chat.settings')}
        </button>
      </div>
    </header>
  )
}

function toCopy(request: {
  messages: readonly ChatMessage[]
  settings: ChatSettingsValue
  model: string | undefined
}): CopyRequest {
  const { system, parameters, schema } = request.settings
  const asked = request.messages.findLastIndex(({ role }) => role === 'user')
  return {
    kind: 'chat',
    server: location.origin,
    needsKey: apiKey.get() !== undefined,
    model: request.model ?? '',
    ...(system !== undefined && { system }),
    ...(schema !== undefined && { schema }),
    parameters,
    // Up to the question: that is what was sent.
    messages: request.messages
      .slice(0, asked + 1)
      .map((message) => ({ role: message.role, content: contentOf(message) })),
  }
}

function contentOf({ text, data }: ChatMessage): unknown {
  const attachments = data?.attachments ?? []
  if (attachments.length === 0) return text
  return [
    { type: 'text', text },
    ...attachments.map((each) =>
      each.type === 'text'
        ? { type: 'text', text: `File ${JSON.stringify(each.name)}:\n${each.text}` }
        : { type: 'image_url', image_url: { url: each.url } },
    ),
  ]
}
