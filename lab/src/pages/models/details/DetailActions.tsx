import { type ReactNode, useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { Icon } from '../../../parts/Icon.tsx'
import type { ModelRow } from '../mergeModels.ts'
import { canChat, chatPath } from '../RowAction.tsx'
import type { ModelFacts } from '../wire.ts'
import { CopyDialog } from './CopyDialog.tsx'
import { DeleteDialog } from './DeleteDialog.tsx'
import { useDetailText } from './texts.ts'

/** Chat, pull, copy, delete: what suits where the model is. */
export function DetailActions({ row, facts }: { row: ModelRow; facts: ModelFacts | null }): ReactNode {
  const { text } = useDetailText()
  const [, setSearch] = useSearchParams()
  const [asked, setAsked] = useState<'copy' | 'delete' | null>(null)
  const { place, reference } = row
  const name = facts?.name ?? row.name
  const close = (): void => setAsked(null)
  const isHere = place === 'loaded' || place === 'stored' || place === 'remote'
  return (
    <div className="toolbar">
      {isHere && canChat(row) && (
        <Link className="button primary" href={chatPath(name)}>
          <Icon name="chat" />
          {text('models.chat')}
        </Link>
      )}
      {place === 'catalog' && reference !== null && (
        <button
          type="button"
          className="button primary"
          onClick={() =>
            setSearch((now) => {
              now.set('pull', reference)
              return now
            })
          }
        >
          <Icon name="download" />
          {text('models.pull')}
        </button>
      )}
      {row.isStored && (
        <>
          <button type="button" className="button" onClick={() => setAsked('copy')}>
            <Icon name="copy" />
            {text('models.copy')}
          </button>
          <button type="button" className="button" onClick={() => setAsked('delete')}>
            <Icon name="trash" />
            {text('models.delete')}
          </button>
        </>
      )}
      {asked === 'copy' && <CopyDialog name={name} onClose={close} />}
      {asked === 'delete' && <DeleteDialog name={name} onClose={close} />}
    </div>
  )
}
