import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { WithMessages } from '../../i18n/WithMessages.tsx'
import { Dialog } from '../Dialog.tsx'
import { Loading } from '../States.tsx'
import type { CopyRequest } from './contract.ts'
import type en from './messages/en.json'

const CopyAsTabs = lazy(async () => ({ default: (await import('./CopyAsTabs.tsx')).CopyAsTabs }))

interface CopyAsProps {
  /** A function where it takes work to make: it is called when the dialog opens. */
  readonly request: CopyRequest | (() => CopyRequest)
  /** Default: `button`. */
  readonly className?: string
}

/** A button that shows a request as curl, TypeScript, Python and a command line, to be taken over into a script. */
export function CopyAs(props: CopyAsProps): ReactNode {
  return (
    <WithMessages folder="parts/copyAs">
      <CopyAsButton {...props} />
    </WithMessages>
  )
}

function CopyAsButton({ request, className = 'button' }: CopyAsProps): ReactNode {
  const text = useText<keyof typeof en>()
  const [shown, setShown] = useState<CopyRequest>()
  return (
    <>
      <button
        type="button"
        className={className}
        aria-haspopup="dialog"
        onClick={() => setShown(typeof request === 'function' ? request() : request)}
      >
        {text('copyAs.open')}
      </button>
      {shown !== undefined && (
        <Dialog title={text('copyAs.title')} size="large" onClose={() => setShown(undefined)}>
          <Suspense fallback={<Loading />}>
            <CopyAsTabs request={shown} />
          </Suspense>
        </Dialog>
      )}
    </>
  )
}
