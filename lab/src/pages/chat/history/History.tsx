import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { Link } from 'wouter'
import { WithMessages } from '../../../i18n/WithMessages.tsx'
import { Icon } from '../../../parts/Icon.tsx'
import { ChatList } from './ChatList.tsx'
import type { RowActions } from './ChatRow.tsx'
import { MoveDialog, RenameFolderDialog } from './FolderDialog.tsx'
import { FolderFilter } from './FolderFilter.tsx'
import { exportForms } from './files/exportChats.ts'
import { historyApi } from './historyApi.ts'
import { ImportDialog } from './ImportDialog.tsx'
import { MenuButton, type MenuItem } from './MenuButton.tsx'
import { SearchHits } from './SearchHits.tsx'
import { SelectionBar } from './SelectionBar.tsx'
import { useHistoryText } from './texts.ts'
import { useChatList } from './useChatList.ts'
import { useHistoryActions } from './useHistoryActions.ts'
import { useHistoryPlace } from './useHistoryPlace.ts'
import { useKeptFocus } from './useKeptFocus.ts'
import type { ChatSummary } from './wire.ts'
import './history.css'

/** The column of all chats beside the one that is open. `activeId`: that one, or null while a new one is begun. */
export function History({ activeId }: { activeId: string | null }): ReactNode {
  return (
    <WithMessages folder="pages/chat/history">
      <Column activeId={activeId} />
    </WithMessages>
  )
}

/** What is asked over the page. */
type Asked =
  | { readonly dialog: 'import' }
  | { readonly dialog: 'folder'; readonly folder: string }
  | { readonly dialog: 'move'; readonly ids: readonly string[]; readonly current: string | null }

function Column({ activeId }: { activeId: string | null }): ReactNode {
  const text = useHistoryText()
  const place = useHistoryPlace()
  const list = useChatList(place.folder)
  const folders = useQuery({ queryKey: ['chats', 'folders'], queryFn: ({ signal }) => historyApi.folders(signal) }).data
  const actions = useHistoryActions(activeId)
  const [selected, setSelected] = useState<ReadonlySet<string> | null>(null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const find = useDeferredValue(place.find.trim())
  const close = (): void => setAsked(null)
  const scroller = useRef<HTMLElement>(null)
  useKeptFocus(scroller, list.chats)
  const rows = useRowActions({
    href: (id) => place.href(id),
    rename: (id, title) => void actions.rename(id, title),
    select: (id, isSelected) =>
      setSelected((old) => {
        const changed = new Set(old)
        if (isSelected) changed.add(id)
        else changed.delete(id)
        return changed
      }),
    menu: (chat, rename) => rowMenu(chat, rename),
  })

  const rowMenu = (chat: ChatSummary, rename: () => void): MenuItem[] => [
    { label: text('history.rename'), icon: 'edit', run: rename },
    {
      label: text(chat.pinned ? 'history.unpin' : 'history.pin'),
      icon: 'pin',
      run: () => void actions.pin([chat.id], !chat.pinned),
    },
    {
      label: text('history.move'),
      icon: 'folder',
      run: () => setAsked({ dialog: 'move', ids: [chat.id], current: chat.folder }),
    },
    ...exportForms.map(
      (form): MenuItem => ({
        label: text(`history.export.${form}`),
        icon: 'download',
        run: () => void actions.export(form, [chat.id]),
      }),
    ),
    { label: text('history.delete'), icon: 'trash', isDangerous: true, run: () => void actions.remove([chat]) },
  ]
  const menu = (): MenuItem[] => [
    { label: text('history.select'), icon: 'check', run: () => setSelected(new Set()) },
    { label: text('history.import'), icon: 'upload', run: () => setAsked({ dialog: 'import' }) },
    ...exportForms.map(
      (form): MenuItem => ({
        label: text(`history.exportAll.${form}`),
        icon: 'download',
        run: () => void actions.export(form),
      }),
    ),
  ]

  return (
    <section className="history" aria-label={text('history.title')}>
      <header className="history-head">
        <h2>{text('history.title')}</h2>
        <MenuButton label={text('history.menu')} items={menu} />
      </header>
      <NewChat href={place.href(null)} />
      <Search find={place.find} onFind={place.setFind} />
      <FolderFilter
        folders={folders ?? []}
        folder={place.folder}
        onFolder={place.setFolder}
        onRename={(folder) => setAsked({ dialog: 'folder', folder })}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section ref={scroller} className="history-list" tabIndex={0} aria-label={text('history.list')}>
        {find === '' ? (
          <ChatList list={list} folder={place.folder} activeId={activeId} selected={selected} actions={rows} />
        ) : (
          <SearchHits find={find} place={place} />
        )}
      </section>
      {selected !== null && find === '' && (
        <SelectionBar
          chats={list.chats ?? []}
          selected={selected}
          actions={actions}
          onSelect={(ids) => setSelected(new Set(ids))}
          onMove={(ids) => setAsked({ dialog: 'move', ids, current: place.folder })}
          onDone={() => setSelected(null)}
        />
      )}
      {asked?.dialog === 'import' && <ImportDialog onClose={close} />}
      {asked?.dialog === 'folder' && (
        <RenameFolderDialog
          folder={asked.folder}
          folders={folders ?? []}
          onClose={close}
          onRename={(name) => {
            close()
            if (name !== asked.folder) void actions.renameFolder(asked.folder, name)
          }}
        />
      )}
      {asked?.dialog === 'move' && (
        <MoveDialog
          count={asked.ids.length}
          folders={folders ?? []}
          current={asked.current}
          onClose={close}
          onMove={async (folder) => {
            close()
            if ((await actions.move(asked.ids, folder)) && selected !== null) setSelected(null)
          }}
        />
      )}
    </section>
  )
}

/** The same object for good, doing what the newest ones do: else every row would be drawn anew with every change. */
function useRowActions(latest: RowActions): RowActions {
  const current = useRef(latest)
  useEffect(() => {
    current.current = latest
  })
  const kept = useMemo<RowActions>(
    () => ({
      href: (id) => current.current.href(id),
      rename: (id, title) => current.current.rename(id, title),
      select: (id, isSelected) => current.current.select(id, isSelected),
      menu: (chat, rename) => current.current.menu(chat, rename),
    }),
    [],
  )
  return kept
}

/** Its keys (Ctrl/Cmd+Shift+O) work on every page: the shell has them. */
function NewChat({ href }: { href: string }): ReactNode {
  const text = useHistoryText()
  return (
    <Link href={href} className="button history-new" aria-keyshortcuts="Control+Shift+O Meta+Shift+O">
      <Icon name="plus" />
      {text('history.new')}
    </Link>
  )
}

/** The address changes a little after the last key, so that not every letter is searched for. */
function Search({ find, onFind }: { find: string; onFind: (find: string) => void }): ReactNode {
  const text = useHistoryText()
  const [value, setValue] = useState(find)
  const latest = useRef({ find, onFind })
  useEffect(() => {
    latest.current = { find, onFind }
  })
  useEffect(() => setValue(find), [find])
  useEffect(() => {
    if (value === latest.current.find) return
    const timer = setTimeout(() => latest.current.onFind(value), 200)
    return () => clearTimeout(timer)
  }, [value])
  return (
    <input
      type="search"
      className="history-search"
      aria-label={text('history.search')}
      placeholder={text('history.search')}
      value={value}
      dir="auto"
      onChange={(event) => setValue(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || value === '') return
        event.stopPropagation()
        setValue('')
        onFind('')
      }}
    />
  )
}
