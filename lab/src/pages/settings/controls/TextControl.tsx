import type { ReactNode } from 'react'
import { type ControlProps, controlAttributes } from './ControlProps.ts'

/** One line of text, an address, or a number. */
export function TextControl(
  props: ControlProps & { kind: 'text' | 'url' | 'number'; min?: number; max?: number | undefined },
): ReactNode {
  const { kind, min, max } = props
  return (
    <input
      type={kind}
      className={kind === 'number' ? 'settings-number' : 'settings-line'}
      spellCheck={false}
      autoComplete="off"
      min={min}
      max={max}
      step={kind === 'number' ? 1 : undefined}
      value={String(props.value ?? '')}
      onChange={(event) => props.onChange(event.target.value)}
      {...controlAttributes(props)}
    />
  )
}
