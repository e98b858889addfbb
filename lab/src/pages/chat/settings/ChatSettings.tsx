import { lazy, type ReactNode, Suspense } from 'react'
import { WithMessages } from '../../../i18n/WithMessages.tsx'
import { Loading } from '../../../parts/States.tsx'
import type { ChatSettingsValue } from '../chatSettingsValue.ts'

const ChatSettingsPanel = lazy(async () => ({
  default: (await import('./ChatSettingsPanel.tsx')).ChatSettingsPanel,
}))

export interface ChatSettingsProps {
  /** The chat that they are of; null for one that is not begun. */
  readonly chat: string | null
  readonly value: ChatSettingsValue
  readonly onChange: (value: ChatSettingsValue) => void
  /** The model whose defaults are shown. */
  readonly model: string | null
}

/** Everything that can be chosen about the answers of a chat. Each change is told at once; what cannot be is not told. */
export function ChatSettings(props: ChatSettingsProps): ReactNode {
  return (
    <WithMessages folder="pages/chat/settings">
      <Suspense fallback={<Loading />}>
        <ChatSettingsPanel key={props.chat} {...props} />
      </Suspense>
    </WithMessages>
  )
}
