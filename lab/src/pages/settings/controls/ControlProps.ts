import type { Value } from '../contract.ts'

/** What every control of a setting is told. */
export interface ControlProps {
  /** As the server writes it, or as it was typed so far. */
  readonly value: Value
  readonly onChange: (value: Value) => void
  /** The elements that name and describe it. */
  readonly labelledBy: string
  readonly describedBy: string | undefined
  readonly invalid: boolean
  readonly disabled: boolean
}

/** Those of them that become attributes of the element with the value. */
export function controlAttributes(props: ControlProps): {
  'aria-labelledby': string
  'aria-describedby': string | undefined
  'aria-invalid': boolean | undefined
  disabled: boolean
} {
  return {
    'aria-labelledby': props.labelledBy,
    'aria-describedby': props.describedBy,
    'aria-invalid': props.invalid || undefined,
    disabled: props.disabled,
  }
}
