import { type ReactNode, useId } from 'react'
import { useChooseLanguage } from '../../i18n/ChooseLanguage.tsx'
import { type Language, languages } from '../../i18n/languages.ts'
import type shell from '../../i18n/messages/en.json'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { useChoice } from '../../shell/createChoice.ts'
import { density } from '../../shell/density.ts'
import { theme } from '../../shell/theme.ts'
import type en from './messages/en.json'

/** How the Lab looks in this browser; the server knows nothing of it. */
export function Appearance(): ReactNode {
  const text = useText<keyof typeof en | keyof typeof shell>()
  const language = useLanguage()
  const chooseLanguage = useChooseLanguage()
  return (
    <div className="stack">
      <p className="muted">{text('settings.appearance.body')}</p>
      <Choices
        title={text('shell.language')}
        options={Object.entries(languages).map(([value, name]) => ({ value: value as Language, name, lang: value }))}
        value={language}
        onChange={chooseLanguage}
      />
      <Choices
        title={text('shell.theme')}
        options={theme.values.map((value) => ({ value, name: text(`shell.theme.${value}`) }))}
        value={useChoice(theme)}
        onChange={theme.choose}
      />
      <Choices
        title={text('shell.density')}
        options={density.values.map((value) => ({ value, name: text(`shell.density.${value}`) }))}
        value={useChoice(density)}
        onChange={density.choose}
      />
    </div>
  )
}

function Choices<Value extends string>(props: {
  title: string
  options: readonly { readonly value: Value; readonly name: string; readonly lang?: string }[]
  value: Value
  onChange: (value: Value) => void
}): ReactNode {
  const name = useId()
  return (
    <fieldset className="card settings-choices">
      <legend>{props.title}</legend>
      {props.options.map((option) => (
        <label key={option.value} lang={option.lang}>
          <input
            type="radio"
            name={name}
            checked={option.value === props.value}
            onChange={() => props.onChange(option.value)}
          />
          {option.name}
        </label>
      ))}
    </fieldset>
  )
}
