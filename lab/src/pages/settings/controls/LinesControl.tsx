import type { ReactNode } from 'react'
import type { Value } from '../contract.ts'
import { type ControlProps, controlAttributes } from './ControlProps.ts'

/** A list, one item a line; a structure, as JSON. */
export function LinesControl(props: ControlProps & { kind: 'list' | 'structure' }): ReactNode {
  const { kind, value } = props
  const shown = kind === 'list' && Array.isArray(value) ? value.join('\n') : asJson(value)
  return (
    <textarea
      className="settings-lines"
      spellCheck={false}
      rows={Math.min(16, Math.max(kind === 'list' ? 3 : 6, shown.split('\n').length + 1))}
      value={shown}
      onChange={(event) => props.onChange(kind === 'list' ? event.target.value.split('\n') : event.target.value)}
      {...controlAttributes(props)}
    />
  )
}

const asJson = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))
