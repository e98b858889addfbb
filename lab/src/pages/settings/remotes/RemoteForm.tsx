import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react'
import { LabError } from '../../../api/LabError.ts'
import { useText } from '../../../i18n/Texts.tsx'
import { WithCode } from '../../../parts/WithCode.tsx'
import type en from '../messages/en.json'
import { ServerWords } from '../ServerWords.tsx'
import { TestResult } from './TestResult.tsx'
import { type NewRemote, useAddRemote, useTestRemote } from './useRemotes.ts'

const empty = { name: '', baseUrl: '', apiKey: '' }
type Field = keyof typeof empty

/** Adds an engine elsewhere, after a test if one likes. The key is sent once and is not in the page afterwards. */
export function RemoteForm({ onAdded }: { onAdded: (name: string) => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const [typed, setTyped] = useState(empty)
  const form = useRef<HTMLFormElement>(null)
  const adding = useAddRemote()
  const testing = useTestRemote()
  const error = adding.error ?? testing.error
  const param = error === null ? undefined : LabError.from(error).facts.param
  const change = (field: Field, value: string): void => {
    adding.reset()
    testing.reset()
    setTyped((last) => ({ ...last, [field]: value }))
  }
  const body = (): NewRemote => ({
    name: typed.name.trim(),
    baseUrl: typed.baseUrl.trim(),
    ...(typed.apiKey.trim() !== '' && { apiKey: typed.apiKey.trim() }),
  })
  const add = (event: FormEvent): void => {
    event.preventDefault()
    testing.reset()
    adding.mutate(body(), {
      onSuccess: (_, { name }) => {
        setTyped(empty)
        onAdded(name)
      },
    })
  }
  const test = (): void => {
    adding.reset()
    const address = form.current?.querySelector<HTMLInputElement>('input[type="url"]')
    if (address?.reportValidity() !== true) return
    const { name: _, ...question } = body()
    testing.mutate(question)
  }
  const isBusy = adding.isPending || testing.isPending
  return (
    <form ref={form} className="card stack settings-remote-form" onSubmit={add} aria-labelledby="settings-remote-add">
      <h3 id="settings-remote-add">{text('settings.remotes.add.title')}</h3>
      {(['name', 'baseUrl', 'apiKey'] as const).map((field) => (
        <RemoteField
          key={field}
          field={field}
          value={typed[field]}
          invalid={param === field}
          onChange={(value) => change(field, value)}
        />
      ))}
      <div className="toolbar">
        <button type="submit" className="button primary" aria-disabled={isBusy || undefined}>
          {text('settings.remotes.add')}
        </button>
        <button type="button" className="button" aria-disabled={isBusy || undefined} onClick={test}>
          {text('settings.remotes.test')}
        </button>
        <span role="status" className="muted">
          {isBusy && text(testing.isPending ? 'settings.remotes.testing' : 'settings.remotes.adding')}
        </span>
      </div>
      {error !== null && (
        <p role="alert" className="help bad">
          <ServerWords error={error} />
        </p>
      )}
      {testing.data && <TestResult result={testing.data} />}
    </form>
  )
}

function RemoteField(props: {
  field: Field
  value: string
  invalid: boolean
  onChange: (value: string) => void
}): ReactNode {
  const text = useText<keyof typeof en>()
  const { field, value, invalid, onChange } = props
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{text(`settings.remotes.${field}`)}</label>
      <input
        id={id}
        type={field === 'apiKey' ? 'password' : field === 'baseUrl' ? 'url' : 'text'}
        required={field !== 'apiKey'}
        autoComplete="off"
        spellCheck={false}
        value={value}
        aria-invalid={invalid || undefined}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-help`} className="help">
        <WithCode>{text(`settings.remotes.${field}.help`)}</WithCode>
      </p>
    </div>
  )
}
