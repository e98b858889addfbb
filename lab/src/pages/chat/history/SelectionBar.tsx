import type { ReactNode } from 'react'
import { exportForms } from './files/exportChats.ts'
import { MenuButton } from './MenuButton.tsx'
import { useHistoryText } from './texts.ts'
import type { HistoryActions } from './useHistoryActions.ts'
import type { ChatSummary } from './wire.ts'

/** What can be done with the chats that are ticked. */
export function SelectionBar(props: {
  /** Those that are shown; more may come when the list is scrolled. */
  chats: readonly ChatSummary[]
  selected: ReadonlySet<string>
  actions: HistoryActions
  onSelect: (ids: readonly string[]) => void
  onMove: (ids: readonly string[]) => void
  onDone: () => void
}): ReactNode {
  const { chats, selected, actions, onSelect, onMove, onDone } = props
  const text = useHistoryText()
  const chosen = chats.filter(({ id }) => selected.has(id))
  const ids = chosen.map(({ id }) => id)
  const nothing = ids.length === 0
  const arePinned = !nothing && chosen.every(({ pinned }) => pinned)
  const isWhole = chats.length > 0 && ids.length === chats.length
  return (
    <section className="history-selection" aria-label={text('history.selection')}>
      <div className="toolbar">
        <p role="status">{text('history.selected', { count: ids.length })}</p>
        <button type="button" className="button small" onClick={onDone}>
          {text('history.done')}
        </button>
      </div>
      <div className="toolbar">
        <button
          type="button"
          className="button small"
          onClick={() => onSelect(isWhole ? [] : chats.map(({ id }) => id))}
        >
          {text(isWhole ? 'history.selectNone' : 'history.selectAll')}
        </button>
        <button
          type="button"
          className="button small"
          disabled={nothing}
          onClick={() => void actions.pin(ids, !arePinned)}
        >
          {text(arePinned ? 'history.unpin' : 'history.pin')}
        </button>
        <button type="button" className="button small" disabled={nothing} onClick={() => onMove(ids)}>
          {text('history.move')}
        </button>
        <button
          type="button"
          className="button small"
          disabled={nothing}
          onClick={async () => {
            if (await actions.remove(chosen)) onDone()
          }}
        >
          {text('history.delete')}
        </button>
        {!nothing && (
          <MenuButton
            label={text('history.export.selected')}
            icon="download"
            items={() =>
              exportForms.map((form) => ({
                label: text(`history.export.${form}`),
                run: () => void actions.export(form, ids),
              }))
            }
          />
        )}
      </div>
    </section>
  )
}
