import { type FormEvent, type ReactNode, useState } from 'react'
import { apiKey } from '../api/apiKey.ts'
import { LabError } from '../api/LabError.ts'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { WithCode } from './WithCode.tsx'

/** While something is fetched. */
export function Loading(): ReactNode {
  const text = useText<keyof typeof en>()
  return <p role="status">{text('state.loading')}</p>
}

/** What went wrong, in words, and how to go on. */
export function Failed({ error, onAgain }: { error: unknown; onAgain: () => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const { code, message, hint } = LabError.from(error).facts
  if (code === 'unauthorized') return <KeyForm onKey={onAgain} />
  const isOffline = code === 'unreachable'
  return (
    <section role="alert" className="state">
      <h2>{text(isOffline ? 'state.offline' : 'state.failed')}</h2>
      {isOffline ? (
        <p>
          <WithCode>{text('state.offline.body')}</WithCode>
        </p>
      ) : (
        <>
          <p>{text('state.said')}</p>
          <blockquote lang="en">
            <p>{message}</p>
            {hint !== undefined && <p>{hint}</p>}
          </blockquote>
        </>
      )}
      <button type="button" className="button" onClick={onAgain}>
        {text('state.again')}
      </button>
    </section>
  )
}

function KeyForm({ onKey }: { onKey: () => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const [key, setKey] = useState('')
  const wasTried = apiKey.get() !== undefined
  const use = (event: FormEvent): void => {
    event.preventDefault()
    apiKey.set(key)
    onKey()
  }
  return (
    <form className="state" onSubmit={use}>
      <h2>{text('key.title')}</h2>
      {wasTried && <p role="alert">{text('key.wrong')}</p>}
      <label>
        {text('key.label')}{' '}
        <input
          type="password"
          autoComplete="off"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          required
        />
      </label>
      <p>{text('key.body')}</p>
      <button type="submit" className="button primary">
        {text('key.use')}
      </button>
    </form>
  )
}
