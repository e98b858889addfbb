import type { ReactNode } from 'react'
import { useText } from '../../../i18n/Texts.tsx'
import type en from '../messages/en.json'
import { type ControlProps, controlAttributes } from './ControlProps.ts'

export function SwitchControl(props: ControlProps): ReactNode {
  const text = useText<keyof typeof en>()
  const isOn = props.value === true
  return (
    <span className="settings-switch">
      <input
        type="checkbox"
        // A checkbox says by itself whether it is checked.
        // biome-ignore lint/a11y/useAriaPropsForRole: see above
        role="switch"
        checked={isOn}
        onChange={(event) => props.onChange(event.target.checked)}
        {...controlAttributes(props)}
      />
      <span aria-hidden="true">{text(isOn ? 'settings.value.on' : 'settings.value.off')}</span>
    </span>
  )
}
