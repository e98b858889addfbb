import { type ReactNode, useEffect, useRef } from 'react'
import { Failed, Loading } from '../../../parts/States.tsx'
import { ChatRow, type RowActions } from './ChatRow.tsx'
import { groupChats } from './groupChats.ts'
import { useHistoryText } from './texts.ts'
import type { ChatList as List } from './useChatList.ts'

/** The chats by days. The next ones are fetched when the end comes into view; a button does the same. */
export function ChatList(props: {
  list: List
  folder: string | null
  activeId: string | null
  selected: ReadonlySet<string> | null
  actions: RowActions
}): ReactNode {
  const { list, folder, activeId, selected, actions } = props
  const text = useHistoryText()
  if (list.chats === undefined) {
    return list.error === null ? <Loading /> : <Failed error={list.error} onAgain={list.again} />
  }
  if (list.chats.length === 0) {
    return <p className="history-empty">{text(folder === null ? 'history.empty' : 'history.empty.folder')}</p>
  }
  return (
    <>
      {groupChats(list.chats, new Date()).map(({ group, chats }) => (
        <section key={group} className="history-group">
          <h3>{text(`history.group.${group}`)}</h3>
          <ul>
            {chats.map((chat) => (
              <ChatRow
                key={chat.id}
                chat={chat}
                isActive={chat.id === activeId}
                isSelected={selected === null ? null : selected.has(chat.id)}
                actions={actions}
              />
            ))}
          </ul>
        </section>
      ))}
      {list.error !== null && <Failed error={list.error} onAgain={list.again} />}
      {list.hasMore && <More isBusy={list.isFetchingMore} onMore={list.more} key={list.chats.length} />}
    </>
  )
}

function More({ isBusy, onMore }: { isBusy: boolean; onMore: () => void }): ReactNode {
  const text = useHistoryText()
  const button = useRef<HTMLButtonElement>(null)
  const latest = useRef(onMore)
  useEffect(() => {
    latest.current = onMore
  })
  useEffect(() => {
    const element = button.current
    if (element === null) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) latest.current()
      },
      { rootMargin: '400px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return (
    <button ref={button} type="button" className="button plain history-next" aria-disabled={isBusy} onClick={onMore}>
      {text(isBusy ? 'history.loading' : 'history.next')}
    </button>
  )
}
