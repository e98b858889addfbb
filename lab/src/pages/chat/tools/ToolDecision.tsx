import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { LabError } from '../../../api/LabError.ts'
import { useText } from '../../../i18n/Texts.tsx'
import { WithMessages } from '../../../i18n/WithMessages.tsx'
import { showEverything } from '../../../parts/markdown/showEverything.ts'
import type en from './messages/en.json'
import { type Decision, type ShownCall, toolApi } from './toolApi.ts'
import './tools.css'

interface ToolDecisionProps {
  readonly messageId: string
  readonly call: ShownCall
  /** Whether a tool server of this answer offered it. */
  readonly isOffered: boolean
}

/** Asks whether a tool may be called. Nothing is called before that. */
export function ToolDecision(props: ToolDecisionProps): ReactNode {
  return (
    <WithMessages folder="pages/chat/tools">
      <Question {...props} />
    </WithMessages>
  )
}

function Question({ messageId, call, isOffered }: ToolDecisionProps): ReactNode {
  const text = useText<keyof typeof en>()
  const client = useQueryClient()
  const deciding = useMutation({
    mutationFn: (decision: Decision) => toolApi.decide(messageId, call, decision),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tools', 'allowed'] }),
  })
  const name = showEverything(call.name)
  const isBusy = deciding.isPending || deciding.isSuccess
  return (
    <fieldset className="tool-decision">
      <legend>{text('tools.question', { name })}</legend>
      {!isOffered && <p className="help bad">{text('tools.notOffered')}</p>}
      <div className="toolbar">
        {isOffered && (
          <>
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
          </>
        )}
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
