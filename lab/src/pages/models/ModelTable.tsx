import { type SortingState, useTable } from '@tanstack/react-table'
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual'
import {
  Fragment,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { Icon } from '../../parts/Icon.tsx'
import type { ModelRow } from './mergeModels.ts'
import { columns, features, isSortKey } from './modelColumns.tsx'
import type { ModelFilters, SortKey } from './modelFilters.ts'
import { PullStatus } from './PullStatus.tsx'
import { useModelText } from './texts.ts'

/** The line whose details were opened last: who comes back finds the keyboard and the page there. */
const lastOpened: { key: string | null } = { key: null }

interface ModelTableProps {
  readonly rows: readonly ModelRow[]
  readonly sort: ModelFilters['sort']
  readonly onSort: (sort: ModelFilters['sort']) => void
}

/**
 * The list. Only what is seen is in the document, though it scrolls with the page and is one table to a screen reader. On a
 * narrow screen each line is a card.
 */
export function ModelTable({ rows, sort, onSort }: ModelTableProps): ReactNode {
  const { text } = useModelText()
  const sorting: SortingState = sort === null ? [] : [{ id: sort.by, desc: sort.descending }]
  const table = useTable({
    features,
    columns,
    data: rows as ModelRow[],
    getRowId: ({ key }) => key,
    state: { sorting },
  })
  const lines = table.getRowModel().rows
  const element = useRef<HTMLTableElement>(null)
  const margin = useBodyTop(element)
  const [focused, setFocused] = useState<string | null>(null)
  const held = focused === null ? -1 : lines.findIndex(({ id }) => id === focused)
  const virtualizer = useWindowVirtualizer<HTMLTableSectionElement>({
    count: lines.length,
    estimateSize: () => 62,
    overscan: 8,
    measureElement: heightOf,
    // What sticks to the upper edge hides nothing that has the keyboard.
    scrollPaddingStart: 120,
    scrollMargin: margin,
    getItemKey: (index) => lines[index]?.id ?? index,
    // The line that has the keyboard stays, however far away one scrolls.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range)
      return held < 0 || indexes.includes(held) ? indexes : [...indexes, held].sort((a, b) => a - b)
    },
  })

  const focusLine = useCallback(
    (index: number): void => {
      const line = lines[index]
      if (line === undefined) return
      setFocused(line.id)
      virtualizer.scrollToIndex(index, { align: 'auto' })
      focusWhenThere(() => element.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`))
    },
    [lines, virtualizer],
  )

  const returned = useRef(false)
  useEffect(() => {
    if (returned.current || lines.length === 0) return
    returned.current = true
    const index = lines.findIndex(({ id }) => id === lastOpened.key)
    lastOpened.key = null
    if (index < 0) return
    virtualizer.scrollToIndex(index, { align: 'center' })
    focusLine(index)
  }, [lines, virtualizer, focusLine])

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -lines.length, End: lines.length }[
      event.key
    ]
    const at = Number((event.target as Element).closest('[data-index]')?.getAttribute('data-index') ?? Number.NaN)
    if (step === undefined || Number.isNaN(at) || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    focusLine(Math.min(lines.length - 1, Math.max(0, at + step)))
  }

  let end = margin
  return (
    <table
      className="models"
      aria-rowcount={lines.length + 1}
      onKeyDown={onKeyDown}
      onFocus={({ target }) => setFocused(target.closest('[data-key]')?.getAttribute('data-key') ?? null)}
      onBlur={() => setFocused(null)}
      ref={element}
    >
      <caption className="shell-hidden">{text('models.caption')}</caption>
      <thead>
        <tr aria-rowindex={1}>
          {columns.map(({ id }) =>
            id !== undefined && isSortKey(id) ? (
              <SortableHeader key={id} column={id} sort={sort} onSort={onSort} />
            ) : (
              <th key={id} scope="col" className="models-col-action">
                <span className="shell-hidden">{text('models.column.action')}</span>
              </th>
            ),
          )}
        </tr>
      </thead>
      {virtualizer.getVirtualItems().map((item) => {
        const line = lines[item.index]
        if (line === undefined) return null
        const gap = item.start - end
        end = item.end
        return (
          <Fragment key={line.id}>
            <Gap height={gap} />
            <tbody
              ref={virtualizer.measureElement}
              data-index={item.index}
              data-key={line.id}
              onClickCapture={({ target }) => {
                if ((target as Element).closest('.models-name')) lastOpened.key = line.id
              }}
            >
              <tr aria-rowindex={item.index + 2}>
                {line.getAllCells().map((cell) => (
                  <Cell key={cell.id} column={cell.column.id}>
                    <table.FlexRender cell={cell} />
                  </Cell>
                ))}
              </tr>
              {line.original.pull !== null && (
                <tr className="models-below">
                  <td colSpan={columns.length}>
                    <PullStatus run={line.original.pull} name={line.original.name} />
                  </td>
                </tr>
              )}
            </tbody>
          </Fragment>
        )
      })}
      <Gap height={margin + virtualizer.getTotalSize() - end} />
    </table>
  )
}

/** In a card, where there are no headers above, each fact says what it is. */
function Cell({ column, children }: { column: string; children: ReactNode }): ReactNode {
  const { text } = useModelText()
  if (column === 'name') {
    return (
      <th scope="row" className="models-col-name">
        {children}
      </th>
    )
  }
  return (
    <td className={`models-col-${column}`}>
      {isSortKey(column) && <span className="models-label">{text(`models.column.${column}`)}</span>}
      <div>{children}</div>
    </td>
  )
}

/** With the room below a card, which is its margin. */
const heightOf = (line: Element): number =>
  line.getBoundingClientRect().height + Number.parseFloat(getComputedStyle(line).marginBlockEnd)

/** Room for the lines that are not in the document. */
function Gap({ height }: { height: number }): ReactNode {
  if (height <= 0) return null
  return (
    <tbody aria-hidden="true" className="models-gap">
      <tr>
        <td colSpan={columns.length} style={{ height }} />
      </tr>
    </tbody>
  )
}

function SortableHeader(props: { column: SortKey } & Pick<ModelTableProps, 'sort' | 'onSort'>): ReactNode {
  const { text } = useModelText()
  const { column, sort, onSort } = props
  const direction = sort?.by !== column ? 'none' : sort.descending ? 'descending' : 'ascending'
  // First one way, then the other, then as it was.
  const next = {
    none: { by: column, descending: false },
    ascending: { by: column, descending: true },
    descending: null,
  }
  return (
    <th scope="col" aria-sort={direction} className={`models-col-${column}`}>
      <button type="button" className="models-sorter" onClick={() => onSort(next[direction])}>
        {text(`models.column.${column}`)}
        {direction !== 'none' && <Icon name={direction === 'ascending' ? 'up' : 'down'} size="1em" />}
      </button>
    </th>
  )
}

/** Where the lines begin in the page, kept up to date while what is above them grows and shrinks. */
function useBodyTop(table: React.RefObject<HTMLTableElement | null>): number {
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const measure = (): void => {
      if (table.current === null) return
      // The head sticks; on narrow screens there is none.
      const { height } = table.current.tHead?.getBoundingClientRect() ?? { height: 0 }
      setTop(Math.round(table.current.getBoundingClientRect().top + window.scrollY + height))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [table])
  return top
}

/** A line that was scrolled to is in the document a few frames later. */
function focusWhenThere(find: () => HTMLElement | null | undefined, frames = 30): void {
  const element = find()
  if (element) element.focus({ preventScroll: true })
  else if (frames > 0) requestAnimationFrame(() => focusWhenThere(find, frames - 1))
}
