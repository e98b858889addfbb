import type { ReactNode } from 'react'
import { type ControlProps, controlAttributes } from './ControlProps.ts'

export function ChoiceControl(props: ControlProps & { choices: readonly string[] }): ReactNode {
  const value = String(props.value)
  // What is set is always among them, even where another version of the server knows more.
  const choices = props.choices.includes(value) ? props.choices : [value, ...props.choices]
  return (
    <select value={value} onChange={(event) => props.onChange(event.target.value)} {...controlAttributes(props)}>
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  )
}
