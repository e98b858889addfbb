import { type ReactNode, useState } from 'react'
import { useText } from '../../../i18n/Texts.tsx'
import {
  type DurationUnit,
  durationUnits,
  type Measure,
  readDuration,
  readSize,
  type SizeUnit,
  sizeUnits,
  writeMeasure,
} from '../measures.ts'
import type en from '../messages/en.json'
import { type ControlProps, controlAttributes } from './ControlProps.ts'
import { TextControl } from './TextControl.tsx'

type Unit = SizeUnit | DurationUnit

/** A size or a duration: an amount and its unit. What is typed is kept, right or wrong, until `value` becomes something else. */
export function MeasureControl(props: ControlProps & { kind: 'size' | 'duration'; endless?: boolean }): ReactNode {
  const text = useText<keyof typeof en>()
  const { kind, endless = false, onChange, disabled } = props
  const value = String(props.value)
  const [typed, setTyped] = useState(() => begin(kind, value))
  const [last, setLast] = useState(value)
  if (value !== last) {
    setLast(value)
    setTyped(begin(kind, value))
  }
  // Written by hand in some other way: left as it is.
  if (typed === undefined) return <TextControl {...props} kind="text" />
  const change = (next: Measure<Unit | 'endless'>): void => {
    const written = next.unit === 'endless' ? '-1' : writeMeasure({ amount: next.amount, unit: next.unit })
    setTyped(next)
    setLast(written)
    onChange(written)
  }
  const units = Object.keys(kind === 'size' ? sizeUnits : durationUnits) as Unit[]
  return (
    <span className="settings-measure">
      {typed.unit !== 'endless' && (
        <input
          type="text"
          inputMode="decimal"
          className="settings-number"
          autoComplete="off"
          value={typed.amount}
          onChange={(event) => change({ ...typed, amount: event.target.value })}
          {...controlAttributes(props)}
        />
      )}
      <select
        aria-label={text('settings.unit')}
        disabled={disabled}
        value={typed.unit}
        onChange={(event) => change({ ...typed, unit: event.target.value as Unit | 'endless' })}
      >
        {units.map((unit) => (
          <option key={unit} value={unit}>
            {text(`settings.unit.${unit}`)}
          </option>
        ))}
        {endless && <option value="endless">{text('settings.value.endless')}</option>}
      </select>
    </span>
  )
}

function begin(kind: 'size' | 'duration', text: string): Measure<Unit | 'endless'> | undefined {
  if (text === '') return { amount: '', unit: kind === 'size' ? 'GiB' : 'm' }
  if (kind === 'size') return readSize(text)
  return text === '-1' ? { amount: '', unit: 'endless' } : readDuration(text)
}
