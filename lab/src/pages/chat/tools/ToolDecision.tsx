import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { LabError } from '../../../api/LabError.ts'
import { useText } from '../../../i18n/Texts.tsx'
import { WithMessages } from '../../../i18n/WithMessages.tsx'
import { showHidden } from '../../../parts/markdown/showHidden.ts'
import type en from './messages/en.json'
import { toolApi } from './toolApi.ts'
import './tools.css'

interface ToolDecisionProps {
  readonly messageId: string
  readonly call: { readonly id: string; readonly name: string }
}

/** Asks whether a tool may be called. Nothing is called before that. */
export function ToolDecision(props: ToolDecisionProps): ReactNode {
  return (
    <WithMessages folder="pages/chat/tools">
      <Question {...props} />
    </WithMessages>
  )
}

function Question({ messageId, call }: ToolDecisionProps): ReactNode {
  const text = useText<keyof typeof en>()
  const deciding = useMutation({
    mutationFn: (decision: { allow: boolean; forChat?: boolean }) => toolApi.decide(messageId, call.id, decision),
  })
  const name = showHidden(call.name)
  const isBusy = deciding.isPending || deciding.isSuccess
  return (
    <fieldset className="tool-decision">
      <legend>{text('tools.question', { name })}</legend>
      <div className="toolbar">
        <button
          type="button"
          className="button primary"
          disabled={isBusy}
          onClick={() => deciding.mutate({ allow: true })}
        >
          {text('tools.allow')}
        </button>
        <button
          type="button"
          className="button"
          disabled={isBusy}
          onClick={() => deciding.mutate({ allow: true, forChat: true })}
        >
          {text('tools.allowForChat')}
        </button>
        <button type="button" className="button" disabled={isBusy} onClick={() => deciding.mutate({ allow: false })}>
          {text('tools.refuse')}
        </button>
      </div>
      {deciding.error !== null && (
        <p role="alert" className="help bad" lang="en">
          {LabError.from(deciding.error).facts.message}
        </p>
      )}
    </fieldset>
  )
}
