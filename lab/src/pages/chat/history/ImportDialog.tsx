import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useId, useState } from 'react'
import { LabError } from '../../../api/LabError.ts'
import { Dialog } from '../../../parts/Dialog.tsx'
import { showHidden } from '../../../parts/markdown/showHidden.ts'
import { ImportError, type ReadChats, readImport } from './files/readImport.ts'
import { historyApi, type ImportCounts } from './historyApi.ts'
import { useHistoryText } from './texts.ts'

/** More than this no browser reads into one text. */
const largest = 400_000_000

interface Imported {
  readonly file: string
  readonly form?: ReadChats['form']
  readonly leftOut?: ReadChats['leftOut']
  readonly added: number
  readonly skipped: number
  readonly changed: number
  /** In words; what had been added by then stays. */
  readonly problem?: string
}

/** Brings chats in from files, and says of each what became of it. */
export function ImportDialog({ onClose }: { onClose: () => void }): ReactNode {
  const text = useHistoryText()
  const client = useQueryClient()
  const id = useId()
  const [isBusy, setBusy] = useState(false)
  const [results, setResults] = useState<readonly Imported[]>([])

  const problemOf = (error: unknown): string => {
    if (!(error instanceof ImportError)) return text('history.failed', { reason: LabError.from(error).message })
    if (error.problem === 'notJson' && error.line !== undefined) {
      return text('history.import.notJson.line', { line: error.line })
    }
    return text(`history.import.${error.problem}`)
  }
  const bring = async (file: File): Promise<Imported> => {
    let done: ImportCounts = { added: 0, skipped: 0, changed: 0 }
    try {
      if (file.size > largest) return { file: file.name, ...done, problem: text('history.import.large') }
      const { form, chats, leftOut } = readImport(await file.text(), new Date(file.lastModified))
      done = await historyApi.import(chats, (soFar) => {
        done = soFar
      })
      return { file: file.name, form, leftOut, ...done }
    } catch (error) {
      return { file: file.name, ...done, problem: problemOf(error) }
    }
  }
  const bringAll = async (files: readonly File[]): Promise<void> => {
    setBusy(true)
    setResults([])
    for (const file of files) {
      const result = await bring(file)
      setResults((old) => [...old, result])
    }
    setBusy(false)
    await client.invalidateQueries({ queryKey: ['chats'] })
  }

  return (
    <Dialog title={text('history.import.title')} onClose={onClose}>
      <div className="stack">
        <div className="field">
          <label htmlFor={id}>{text('history.import.files')}</label>
          <input
            id={id}
            type="file"
            className="history-file"
            multiple
            accept=".json,.jsonl,application/json"
            disabled={isBusy}
            onChange={(event) => {
              const files = [...(event.target.files ?? [])]
              if (files.length > 0) void bringAll(files)
            }}
          />
          <p className="help">{text('history.import.help')}</p>
        </div>
        <div role="status" className="stack">
          {isBusy && <p>{text('history.import.busy')}</p>}
          {results.map((result, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name, and none moves
            <Result key={i} result={result} />
          ))}
        </div>
      </div>
    </Dialog>
  )
}

function Result({ result }: { result: Imported }): ReactNode {
  const text = useHistoryText()
  const { file, form, leftOut, added, skipped, changed, problem } = result
  return (
    <div className="card">
      <p>
        <strong>{showHidden(file)}</strong>{' '}
        {form !== undefined && <span className="badge">{text(`history.import.form.${form}`)}</span>}
      </p>
      {problem !== undefined && <p className="help bad">{problem}</p>}
      {(problem === undefined || added + skipped > 0) && <p>{text('history.import.done', { added, skipped })}</p>}
      {changed > 0 && <p>{text('history.import.changed', { count: changed })}</p>}
      {leftOut !== undefined && leftOut.chats > 0 && <p>{text('history.import.leftOut', { count: leftOut.chats })}</p>}
      {leftOut !== undefined && leftOut.attachments > 0 && (
        <p>{text('history.import.attachments', { count: leftOut.attachments })}</p>
      )}
    </div>
  )
}
