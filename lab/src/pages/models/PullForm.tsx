import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { Icon } from '../../parts/Icon.tsx'
import { useModelText } from './texts.ts'

/** Any model, by its name or address. What would be fetched is shown before anything is. */
export function PullForm({ onAsk }: { onAsk: (reference: string) => void }): ReactNode {
  const { text } = useModelText()
  const id = useId()
  const [reference, setReference] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (reference.trim() !== '') onAsk(reference.trim())
  }
  return (
    <form className="card models-get" onSubmit={submit} aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`}>{text('models.get')}</h2>
      <div className="field">
        <label htmlFor={id}>{text('models.get.label')}</label>
        <div className="models-get-line">
          <input
            id={id}
            value={reference}
            onChange={({ target }) => setReference(target.value)}
            aria-describedby={`${id}help`}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
          <button type="submit" className="button primary">
            <Icon name="download" />
            {text('models.get.look')}
          </button>
        </div>
        <p className="help" id={`${id}help`}>
          {text('models.get.help')}
        </p>
      </div>
    </form>
  )
}
