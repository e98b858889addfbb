import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { LabError } from '../../../api/LabError.ts'
import { useText } from '../../../i18n/Texts.tsx'
import { WithMessages } from '../../../i18n/WithMessages.tsx'
import { showEverything } from '../../../parts/markdown/showEverything.ts'
import type en from './messages/en.json'
import { toolApi } from './toolApi.ts'

/** Ends a call that is being made; a tool may take minutes, or hang. */
export function StopCall(props: { messageId: string; name: string }): ReactNode {
  return (
    <WithMessages folder="pages/chat/tools">
      <Stop {...props} />
    </WithMessages>
  )
}

function Stop({ messageId, name }: { messageId: string; name: string }): ReactNode {
  const text = useText<keyof typeof en>()
  const stopping = useMutation({ mutationFn: () => toolApi.stop(messageId) })
  return (
    <>
      <button
        type="button"
        className="button small"
        aria-label={text('tools.stopOf', { name: showEverything(name) })}
        disabled={stopping.isPending || stopping.isSuccess}
        onClick={() => stopping.mutate()}
      >
        {text('tools.stop')}
      </button>
      {stopping.error !== null && (
        <p role="alert" className="help bad" lang="en">
          {LabError.from(stopping.error).facts.message}
        </p>
      )}
    </>
  )
}
