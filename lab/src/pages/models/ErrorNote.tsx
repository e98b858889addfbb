import type { ReactNode } from 'react'
import { LabError } from '../../api/LabError.ts'
import { useModelText } from './texts.ts'

interface Facts {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/**
 * A short account of something that did not work: what, in the page's language; in the server's words why, and how to go on.
 * @param props.error something thrown, or the error of a run
 * @param props.isQuiet it did not happen just now, so that no screen reader should be interrupted
 */
export function ErrorNote(props: { what: string; error: unknown; isQuiet?: boolean }): ReactNode {
  const { text } = useModelText()
  const { code, message, hint } = readFacts(props.error)
  return (
    <div className="models-error" {...(!props.isQuiet && { role: 'alert' })}>
      <p>
        <strong>{props.what}</strong>
      </p>
      {code === 'unreachable' ? (
        <p>{text('models.error.unreachable')}</p>
      ) : (
        <div lang="en" dir="ltr">
          <p>{message}</p>
          {hint !== undefined && <p>{hint}</p>}
        </div>
      )}
    </div>
  )
}

function readFacts(error: unknown): Facts {
  const isData = typeof error === 'object' && error !== null && !(error instanceof Error) && 'message' in error
  return isData ? (error as Facts) : LabError.from(error).facts
}
