import type { ReactNode } from 'react'
import type { Control } from '../readType.ts'
import { ChoiceControl } from './ChoiceControl.tsx'
import type { ControlProps } from './ControlProps.ts'
import { LinesControl } from './LinesControl.tsx'
import { MeasureControl } from './MeasureControl.tsx'
import { OpenControl } from './OpenControl.tsx'
import { SwitchControl } from './SwitchControl.tsx'
import { TextControl } from './TextControl.tsx'

/** The control for what a setting takes. */
export function SettingControl({ control, ...props }: ControlProps & { control: Control }): ReactNode {
  if ('open' in control && control.open !== undefined) {
    return (
      <OpenControl {...props} word={control.open}>
        {(inner) => <PlainControl {...inner} control={control} />}
      </OpenControl>
    )
  }
  return <PlainControl {...props} control={control} />
}

function PlainControl({ control, ...props }: ControlProps & { control: Control }): ReactNode {
  switch (control.kind) {
    case 'switch':
      return <SwitchControl {...props} />
    case 'choice':
      return <ChoiceControl {...props} choices={control.choices} />
    case 'size':
      return <MeasureControl {...props} kind="size" />
    case 'duration':
      return <MeasureControl {...props} kind="duration" endless={control.endless} />
    case 'number':
      return <TextControl {...props} kind="number" min={control.min} max={control.max} />
    case 'text':
    case 'url':
      return <TextControl {...props} kind={control.kind} />
    case 'list':
    case 'structure':
      return <LinesControl {...props} kind={control.kind} />
  }
}

/** Those that are decided by one act, and so need no button to save them. */
export function savesAtOnce(control: Control): boolean {
  return control.kind === 'switch' || control.kind === 'choice'
}
