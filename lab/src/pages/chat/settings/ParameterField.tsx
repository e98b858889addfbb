import { type ReactNode, useId, useRef, useState } from 'react'
import { useLanguage, useText } from '../../../i18n/Texts.tsx'
import type en from './messages/en.json'
import type { Parameter, ParameterName } from './parameters.ts'
import { parameterText, type Read, readParameter } from './parameterText.ts'
import type { ModelDefaults } from './useModelDefaults.ts'

type Key = keyof typeof en

interface FieldProps {
  readonly parameter: Parameter & { readonly name: ParameterName }
  readonly value: unknown
  readonly defaults: ModelDefaults | null | undefined
  /** undefined: back to the default. */
  readonly onChange: (value: unknown) => void
}

/** One parameter: what it is called, what it does, its range and default, and the way back to that. */
export function ParameterField({ parameter, value, defaults, onChange }: FieldProps): ReactNode {
  const text = useText<Key>()
  const id = useId()
  const field = useRef<HTMLInputElement & HTMLSelectElement & HTMLTextAreaElement>(null)
  const { shown, read, write } = useDraft(parameter, value, onChange)
  const name = text(`chatSettings.${parameter.name}`)
  const attributes = {
    id,
    ref: field,
    value: shown,
    'aria-describedby': `${id}-about`,
    onChange: (event: { target: { value: string } }) => write(event.target.value),
  }
  const isWrong = read.is === 'wrong'
  return (
    <div className="parameter">
      <div className="parameter-head">
        <label htmlFor={id}>{name}</label>
        <code aria-hidden="true">{parameter.name}</code>
        {(value !== undefined || shown !== '') && (
          <button
            type="button"
            className="button plain small"
            aria-label={text('chatSettings.backOf', { name })}
            onClick={() => {
              write('')
              field.current?.focus()
            }}
          >
            {text('chatSettings.back')}
          </button>
        )}
      </div>
      <div className="parameter-field">
        {parameter.slider !== undefined && (
          <Slider
            label={text('chatSettings.slider', { name })}
            slider={parameter.slider}
            value={typeof value === 'number' ? value : defaultOf(parameter, defaults)}
            isSet={value !== undefined}
            onChange={(chosen) => write(String(chosen))}
          />
        )}
        {parameter.kind === 'choice' ? (
          <select {...attributes}>
            <option value="">{text('chatSettings.reasoning_effort.unset')}</option>
            {parameter.choices?.map((choice) => (
              <option key={choice} value={choice}>
                {text(`chatSettings.${parameter.name}.${choice}` as Key)}
              </option>
            ))}
          </select>
        ) : parameter.kind === 'lines' || parameter.kind === 'bias' ? (
          <textarea {...attributes} rows={2} aria-invalid={isWrong} spellCheck={false} dir="auto" />
        ) : (
          <input
            {...attributes}
            type="text"
            inputMode={parameter.kind === 'integer' && (parameter.min ?? -1) >= 0 ? 'numeric' : 'decimal'}
            autoComplete="off"
            placeholder={defaultOf(parameter, defaults)?.toString()}
            aria-invalid={isWrong}
          />
        )}
      </div>
      <p className="parameter-about" id={`${id}-about`}>
        {text(`chatSettings.${parameter.name}.what`)} <Bounds parameter={parameter} defaults={defaults} />
      </p>
      {isWrong && (
        <p className="parameter-wrong" role="alert">
          {text(`chatSettings.wrong.${read.why}`)}{' '}
          {value === undefined
            ? text('chatSettings.wrong.stillDefault')
            : text('chatSettings.wrong.still', { value: parameterText(parameter, value) })}
        </p>
      )}
    </div>
  )
}

/** What stands in the field while it is written: it may mean nothing yet, or the same as another text (“0.70”). */
function useDraft(
  parameter: Parameter,
  value: unknown,
  onChange: (value: unknown) => void,
): { shown: string; read: Read; write: (text: string) => void } {
  const [draft, setDraft] = useState<{ text: string; of: unknown }>()
  const isMine = draft !== undefined && JSON.stringify(draft.of) === JSON.stringify(value)
  const shown = isMine ? draft.text : parameterText(parameter, value)
  const write = (text: string): void => {
    const read = readParameter(parameter, text)
    const next = read.is === 'value' ? read.value : read.is === 'default' ? undefined : value
    setDraft({ text, of: next })
    if (read.is !== 'wrong') onChange(next)
  }
  return { shown, read: readParameter(parameter, shown), write }
}

function Slider(props: {
  label: string
  slider: NonNullable<Parameter['slider']>
  value: number | undefined
  isSet: boolean
  onChange: (value: number) => void
}): ReactNode {
  const { from, to, step } = props.slider
  return (
    <input
      type="range"
      className={props.isSet ? undefined : 'parameter-unset'}
      aria-label={props.label}
      min={from}
      max={to}
      step={step}
      value={Math.min(to, Math.max(from, props.value ?? from))}
      onChange={(event) => props.onChange(Number(event.target.value))}
    />
  )
}

/** The number that holds where nothing is chosen; undefined where none is known. */
function defaultOf({ modelDefault, fallback }: Parameter, defaults: FieldProps['defaults']): number | undefined {
  if (defaults === null) return undefined
  return (modelDefault && defaults?.[modelDefault]) ?? fallback
}

function Bounds({ parameter, defaults }: Pick<FieldProps, 'parameter' | 'defaults'>): ReactNode {
  const text = useText<Key>()
  const language = useLanguage()
  const write = (value: number): string =>
    new Intl.NumberFormat(language, { maximumSignificantDigits: 10 }).format(value)
  const { min, max, modelDefault } = parameter
  const bounds: string[] = []
  if (min !== undefined && max !== undefined) {
    // Bounds that nobody comes near are no help.
    bounds.push(
      max >= 1e6
        ? text(min > 0 && min < 1 ? 'chatSettings.above' : 'chatSettings.from', { from: write(Math.floor(min)) })
        : text('chatSettings.range', { from: write(min), to: write(max) }),
    )
  }
  const value = defaultOf(parameter, defaults)
  if (parameter.fallback === undefined) bounds.push(text(`chatSettings.${parameter.name}.default` as Key))
  else if (defaults === null || value === undefined) bounds.push(text('chatSettings.default.remote'))
  else {
    const isOwn = modelDefault !== undefined && defaults?.[modelDefault] !== undefined
    bounds.push(text(isOwn ? 'chatSettings.default.model' : 'chatSettings.default.engine', { value: write(value) }))
  }
  return <span className="parameter-bounds">{bounds.join(' ')}</span>
}
