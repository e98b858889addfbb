import { type ReactNode, useId } from 'react'
import { type Language, languages } from '../i18n/languages.ts'
import type en from '../i18n/messages/en.json'
import { useLanguage, useText } from '../i18n/Texts.tsx'
import { Icon } from '../parts/Icon.tsx'
import { type Choice, useChoice } from './createChoice.ts'
import { density } from './density.ts'
import { theme } from './theme.ts'

/** How the Lab looks: language, theme, and how close things stand. */
export function DisplayMenu({ onLanguage }: { onLanguage: (language: Language) => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const id = useId()
  return (
    <>
      <button type="button" className="shell-item" popoverTarget={id} title={text('shell.display')}>
        <Icon name="language" />
        <span className="shell-words">{text('shell.display')}</span>
      </button>
      <div id={id} popover="auto" className="shell-display">
        <label>
          <span>{text('shell.language')}</span>
          <select value={language} onChange={(event) => onLanguage(event.target.value as Language)}>
            {Object.entries(languages).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <ChoiceSelect choice={theme} label={text('shell.theme')} name={(value) => text(`shell.theme.${value}`)} />
        <ChoiceSelect choice={density} label={text('shell.density')} name={(value) => text(`shell.density.${value}`)} />
      </div>
    </>
  )
}

function ChoiceSelect<Value extends string>(props: {
  choice: Choice<Value>
  label: string
  name: (value: Value) => string
}): ReactNode {
  const { choice, label, name } = props
  return (
    <label>
      <span>{label}</span>
      <select value={useChoice(choice)} onChange={(event) => choice.choose(event.target.value as Value)}>
        {choice.values.map((value) => (
          <option key={value} value={value}>
            {name(value)}
          </option>
        ))}
      </select>
    </label>
  )
}
