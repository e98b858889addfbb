import { type ReactNode, useId } from 'react'
import { useText } from '../../../i18n/Texts.tsx'
import type en from '../messages/en.json'
import type { OpenWord } from '../readType.ts'
import type { ControlProps } from './ControlProps.ts'

/** A setting that may be left to Sanjha, or to nothing: the word for it, or a value of one's own. */
export function OpenControl(
  props: ControlProps & { word: OpenWord; children: (props: ControlProps) => ReactNode },
): ReactNode {
  const text = useText<keyof typeof en>()
  const id = useId()
  const { word, value, onChange, labelledBy, describedBy, disabled, children } = props
  const isOpen = value === word
  return (
    <span className="settings-measure">
      <select
        id={id}
        aria-labelledby={labelledBy}
        aria-describedby={describedBy}
        disabled={disabled}
        value={isOpen ? 'open' : 'own'}
        onChange={(event) => onChange(event.target.value === 'open' ? word : '')}
      >
        <option value="open">{text(`settings.value.${word}`)}</option>
        <option value="own">{text('settings.value.own')}</option>
      </select>
      {!isOpen && children({ ...props, labelledBy: `${labelledBy} ${id}` })}
    </span>
  )
}
