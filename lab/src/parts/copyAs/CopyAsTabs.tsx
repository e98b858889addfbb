import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { CopyButton } from '../CopyButton.tsx'
import { asCli } from './asCli.ts'
import { asCurl } from './asCurl.ts'
import { asPython } from './asPython.ts'
import { asTypeScript } from './asTypeScript.ts'
import { type CopyRequest, keyVariable, type LeftOut, type Snippet } from './contract.ts'
import type en from './messages/en.json'
import './copyAs.css'

type Key = keyof typeof en

const forms: Readonly<Record<Form, (request: CopyRequest) => Snippet>> = {
  curl: asCurl,
  typescript: asTypeScript,
  python: asPython,
  cli: (request) => asCli(request),
}
type Form = 'curl' | 'typescript' | 'python' | 'cli'
const names = ['curl', 'typescript', 'python', 'cli'] as const

/** The form chosen last is likely the one wanted next. */
const storageKey = 'sanjha.copyAs'
const storedForm = (): Form => names.find((name) => name === localStorage.getItem(storageKey)) ?? 'curl'

/** A request in each of its forms. Needs the messages of this folder. */
export function CopyAsTabs({ request }: { request: CopyRequest }): ReactNode {
  const text = useText<Key>()
  const id = useId()
  const [form, setForm] = useState(storedForm)
  const tabs = useRef<HTMLDivElement>(null)
  const choose = (chosen: Form): void => {
    localStorage.setItem(storageKey, chosen)
    setForm(chosen)
  }
  const move = (event: KeyboardEvent): void => {
    const last = names.length - 1
    const here = names.indexOf(form)
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: here === last ? 0 : here + 1,
      ArrowLeft: here === 0 ? last : here - 1,
      Home: 0,
      End: last,
    }
    const next = steps[event.key]
    if (next === undefined) return
    event.preventDefault()
    choose(names[next] as Form)
    tabs.current?.querySelectorAll('button')[next]?.focus()
  }
  const { code, leftOut } = forms[form](request)
  return (
    <div className="copy-as">
      <div className="copy-as-tabs" role="tablist" aria-label={text('copyAs.forms')} ref={tabs} onKeyDown={move}>
        {names.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === form}
            aria-controls={`${id}-panel`}
            tabIndex={name === form ? 0 : -1}
            onClick={() => choose(name)}
          >
            {text(`copyAs.${name}`)}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${form}`} className="copy-as-panel">
        {code !== '' && (
          <div className="copy-as-code">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <pre dir="ltr" tabIndex={0}>
              <code>{code}</code>
            </pre>
            <CopyButton text={code} label={text('copyAs.copy')} showLabel />
          </div>
        )}
        <Notes form={form} request={request} code={code} leftOut={leftOut} />
      </div>
    </div>
  )
}

function Notes(props: { form: Form; request: CopyRequest; code: string; leftOut: readonly LeftOut[] }): ReactNode {
  const text = useText<Key>()
  const { form, request, code, leftOut } = props
  const fields = leftOut.flatMap((each) => (each.what === 'parameter' ? [each.name] : []))
  const lines = [
    ...(fields.length > 0 ? [text('copyAs.left.parameter', { names: fields.join(', '), count: fields.length })] : []),
    ...leftOut.flatMap(({ what }) => (what === 'parameter' ? [] : [text(`copyAs.left.${what}`)])),
    ...(code.includes(keyVariable) ? [text('copyAs.key', { name: keyVariable })] : []),
    ...(form === 'curl' || (form === 'cli' && code !== '') ? [text('copyAs.shell')] : []),
    ...(request.kind === 'chat' && form === 'typescript'
      ? [text('copyAs.needs', { command: 'npm install openai' })]
      : []),
    ...(request.kind === 'chat' && form === 'python' ? [text('copyAs.needs', { command: 'pip install openai' })] : []),
  ]
  if (lines.length === 0) return null
  return (
    <ul className="copy-as-notes">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
