import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useRoute, useSearchParams } from 'wouter'
import { useText } from '../../i18n/Texts.tsx'
import { announce } from '../../parts/announce.tsx'
import { MarkdownProvider } from '../../parts/markdown/Markdown.tsx'
import { ChatHead } from './ChatHead.tsx'
import { ChatTrouble } from './ChatTrouble.tsx'
import { Composer, type ComposerHandle } from './Composer.tsx'
import { ContextMeter } from './ContextMeter.tsx'
import { ConversationView } from './ConversationView.tsx'
import type { Question } from './chatApi.ts'
import { chatMemory } from './chatMemory.ts'
import { History } from './history/History.tsx'
import { keepFootHeight } from './keepFootHeight.ts'
import { ModelPicker } from './ModelPicker.tsx'
import type en from './messages/en.json'
import { SidePanel } from './SidePanel.tsx'
import { ChatSettings } from './settings/ChatSettings.tsx'
import { useChatActions } from './useChatActions.ts'
import { useChatSettings } from './useChatSettings.ts'
import { useConversation } from './useConversation.ts'
import { useEscape } from './useEscape.ts'
import { useModelChoice } from './useModelChoice.ts'
import { usePanels } from './usePanels.ts'
import { isLive } from './wire.ts'
import './chat.css'

/** A conversation with a model, its history at the one side and its settings at the other. */
export function ChatPage(): ReactNode {
  const [, params] = useRoute('/chat/:id')
  const [search] = useSearchParams()
  const leaf = search.get('leaf') ?? undefined
  return <Chat id={params?.id} leaf={leaf} />
}

const noDraft: Question = { text: '', attachments: [] }
const none: readonly string[] = []

function Chat({ id, leaf }: { id: string | undefined; leaf: string | undefined }): ReactNode {
  const text = useText<keyof typeof en>()
  const { conversation, state } = useConversation(id, leaf)
  const [settings, setSettings] = useChatSettings(conversation, state?.chat)
  const choice = useModelChoice(conversation, state)
  const [overflow, setOverflow] = useState(chatMemory.overflow)
  const [draft, setDraft] = useState(noDraft)
  const { actions, error, clearError, isBusy } = useChatActions({
    conversation,
    model: choice.model,
    settings,
    overflow,
  })
  const steady = useSteady(actions)
  const panels = usePanels()
  const [search, setSearch] = useSearchParams()
  const compared = useMemo(() => search.get('compare')?.split(',') ?? none, [search])
  const compare = useCallback(
    (ids: readonly string[]) =>
      setSearch((old) => {
        const changed = new URLSearchParams(old)
        if (ids.length === 0) changed.delete('compare')
        else changed.set('compare', ids.join())
        return changed
      }),
    [setSearch],
  )
  const messages = state?.messages ?? []
  const writing = [...messages, ...compared.flatMap((each) => state?.beside[each] ?? [])].filter(isLive)
  const live = [...new Set(writing.map((message) => message.id))]
  const stop = (): void => void actions.stop(live)
  useEscape(live.length > 0, stop)
  const composer = useRef<ComposerHandle>(null)
  useEffect(() => {
    if (conversation === undefined) return
    // What is heard, others see: the answer as a whole, once.
    conversation.onEnded = ({ text: said, data }) =>
      announce(data?.state === 'done' ? text('chat.ended', { said: said.slice(0, 2000) }) : text('chat.ended.early'))
  }, [conversation, text])
  const before = useRef(id)
  useEffect(() => {
    // A chat that has just got its address has got another place to write in, too.
    if (before.current === undefined && id !== undefined) composer.current?.focus()
    before.current = id
  }, [id])
  const chosen = choice.models?.find(({ name }) => name === choice.model)
  const end = messages.at(-1)
  return (
    <MarkdownProvider>
      <div className="chat">
        <SidePanel
          side="start"
          label={text('chat.history')}
          isOpen={panels.history}
          onClose={() => panels.show('history', false)}
        >
          <History activeId={id ?? null} />
        </SidePanel>
        <div className="chat-main">
          <ChatHead
            chat={state?.chat}
            isNew={id === undefined}
            panels={panels}
            request={{ messages, settings, model: choice.model }}
          />
          <ConversationView {...{ conversation, state, compared, leaf }} actions={steady} onCompare={compare} />
          {state?.status !== 'failed' && (
            <div className="chat-foot" ref={keepFootHeight}>
              <ChatTrouble
                error={error}
                onClose={clearError}
                modelsError={choice.error}
                onModelsAgain={choice.refetch}
              />
              {conversation !== undefined && choice.model !== undefined && (
                <ContextMeter
                  chat={conversation.id}
                  leaf={end}
                  model={choice.model}
                  onOverflow={(chosenOverflow) => {
                    chatMemory.keepOverflow(chosenOverflow)
                    setOverflow(chosenOverflow)
                  }}
                  {...{ settings, draft, overflow, messages }}
                />
              )}
              <Composer
                key={id ?? 'new'}
                ref={composer}
                chat={id}
                canSee={chosen?.canSee ?? true}
                isAnswering={live.length > 0}
                canAsk={choice.model !== undefined}
                isBusy={isBusy}
                onSend={actions.send}
                onStop={stop}
                onDraft={setDraft}
              >
                <ModelPicker models={choice.models} model={choice.model} onChoose={choice.choose} />
              </Composer>
            </div>
          )}
        </div>
        <SidePanel
          side="end"
          label={text('chat.settings')}
          isOpen={panels.settings}
          onClose={() => panels.show('settings', false)}
        >
          <ChatSettings chat={id ?? null} value={settings} onChange={setSettings} model={choice.model ?? null} />
        </SidePanel>
      </div>
    </MarkdownProvider>
  )
}

/** The same object for good, that does what the newest one does: messages that have not changed are not drawn anew for it. */
function useSteady<Actions extends object>(actions: Actions): Actions {
  const latest = useRef(actions)
  useEffect(() => {
    latest.current = actions
  })
  return useMemo(
    () =>
      Object.fromEntries(
        Object.keys(latest.current).map((name) => [
          name,
          (...values: unknown[]) =>
            (latest.current as Record<string, (...all: unknown[]) => unknown>)[name]?.(...values),
        ]),
      ) as Actions,
    [],
  )
}
