import { type ReactNode, useId, useRef } from 'react'
import { useText } from '../../../i18n/Texts.tsx'
import type en from './messages/en.json'
import type { ModelDefaults } from './useModelDefaults.ts'

/** The system prompt: none chosen (the model's own), an own one, or none at all. */
export function SystemPrompt(props: {
  value: string | undefined
  defaults: ModelDefaults | null | undefined
  onChange: (value: string | undefined) => void
}): ReactNode {
  const text = useText<keyof typeof en>()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const { value, defaults, onChange } = props
  const own = defaults?.system
  const name = text('chatSettings.system')
  return (
    <div className="parameter">
      <div className="parameter-head">
        <label htmlFor={id}>{name}</label>
        {value !== undefined && (
          <button
            type="button"
            className="button plain small"
            aria-label={text('chatSettings.backOf', { name })}
            onClick={() => {
              onChange(undefined)
              field.current?.focus()
            }}
          >
            {text('chatSettings.back')}
          </button>
        )}
      </div>
      <textarea
        id={id}
        ref={field}
        rows={4}
        dir="auto"
        value={value ?? ''}
        placeholder={value === undefined ? own : undefined}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p className="parameter-about" id={`${id}-about`}>
        {text('chatSettings.system.what')}{' '}
        <span className="parameter-bounds">
          {value === ''
            ? text('chatSettings.system.empty')
            : own === ''
              ? text('chatSettings.system.ownNone')
              : own !== undefined
                ? text('chatSettings.system.own', { text: own })
                : defaults === undefined || defaults === null
                  ? ''
                  : text('chatSettings.system.noOwn')}
        </span>
      </p>
    </div>
  )
}
