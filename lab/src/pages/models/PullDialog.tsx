import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../../api/ask.ts'
import { formatBytes } from '../../i18n/formatNumbers.ts'
import { Dialog } from '../../parts/Dialog.tsx'
import { ErrorNote } from './ErrorNote.tsx'
import { FitWords, License, Size } from './facts.tsx'
import { useModelText } from './texts.ts'
import { useModelActions } from './useModelActions.ts'
import { useWork } from './useWork.ts'
import type { PullPreview } from './wire.ts'

/** What a pull would bring, from where, and whether it could be used; then it is a person's word that begins it. */
export function PullDialog({ reference, onClose }: { reference: string; onClose: () => void }): ReactNode {
  const { text } = useModelText()
  const actions = useModelActions()
  const work = useWork()
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['preview', reference],
    queryFn: ({ signal }) =>
      ask<PullPreview>('/models/resolve', { method: 'POST', body: { model: reference }, signal }),
    // Sources are asked when a person asks, not by and by.
    refetchOnWindowFocus: false,
    retry: false,
    gcTime: 0,
  })
  const pull = async (): Promise<void> => {
    if (await work.run(() => actions.pull(reference))) onClose()
  }
  return (
    <Dialog
      title={text('models.preview', { name: reference })}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {text('models.preview.not')}
          </button>
          {data === undefined && error !== null ? (
            <button type="button" className="button primary" disabled={isFetching} onClick={() => refetch()}>
              {text('models.again')}
            </button>
          ) : (
            <button
              type="button"
              className="button primary"
              disabled={data === undefined || work.isBusy}
              onClick={pull}
            >
              {text('models.preview.pull')}
            </button>
          )}
        </>
      }
    >
      <div aria-live="polite" aria-busy={isFetching}>
        {isFetching && data === undefined && <p>{text('models.preview.looking')}</p>}
        {data !== undefined && <Preview preview={data} />}
      </div>
      {data === undefined && error !== null && !isFetching && (
        <ErrorNote what={text('models.preview.failed')} error={error} />
      )}
      {work.error !== null && <ErrorNote what={text('models.pull.refused')} error={work.error} />}
    </Dialog>
  )
}

function Preview({ preview }: { preview: PullPreview }): ReactNode {
  const { text, language } = useModelText()
  const { size, diskFreeBytes, files, messages, fit } = preview
  const isTight = size !== null && size > diskFreeBytes
  return (
    <>
      <dl className="models-facts models-preview">
        <dt>{text('models.preview.name')}</dt>
        <dd>
          <code>{preview.name}</code>
        </dd>
        <dt>{text('models.preview.source')}</dt>
        <dd>
          <code>{preview.source}</code>
        </dd>
        <dt>{text('models.column.size')}</dt>
        <dd>
          <Size bytes={size} />
          {files.length > 1 && (
            <small className="models-second">{text('models.preview.files', { count: files.length })}</small>
          )}
        </dd>
        <dt>{text('models.column.license')}</dt>
        <dd>
          <License license={preview.license} isOpen={preview.openLicense} />
        </dd>
        <dt>{text('models.preview.disk')}</dt>
        <dd>
          {formatBytes(diskFreeBytes, language)}
          {isTight && <span className="badge bad">{text('models.preview.tight')}</span>}
        </dd>
        <dt>{text('models.column.fit')}</dt>
        <dd>
          <FitWords fit={fit} isRemote={false} />
        </dd>
      </dl>
      {messages.length > 0 && (
        <ul className="models-messages" lang="en" dir="ltr">
          {messages.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
    </>
  )
}
