import { type FormEvent, type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { announce } from '../../parts/announce.tsx'
import type { ChangedSetting, SettingEntry, Value } from './contract.ts'
import { SettingControl, savesAtOnce } from './controls/SettingControl.tsx'
import type en from './messages/en.json'
import { readType } from './readType.ts'
import { ServerWords } from './ServerWords.tsx'
import { sameValue } from './showValue.ts'
import { useChangeSetting } from './useSettings.ts'

/** Changes one setting. Switches and choices save at once, all else when it is told to; what is wrong is said beside it. */
export function SettingEditor(props: {
  setting: SettingEntry
  name: string
  labelledBy: string
  describedBy: string
}): ReactNode {
  const { setting, name, labelledBy, describedBy } = props
  const text = useText<keyof typeof en>()
  const form = useRef<HTMLFormElement>(null)
  const [draft, setDraft] = useState<Value>()
  const change = useChangeSetting(setting.key)
  const control = readType(setting.type, setting.choices)
  const isDirty = draft !== undefined && !sameValue(draft, setting.value)
  const errorId = `${labelledBy}-error`

  const startAnew = (): void => {
    setDraft(undefined)
    // The buttons go away; whoever uses the keyboard stays where they were.
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('input, select, textarea')?.focus())
  }
  const said = (changed: ChangedSetting): string => text(changed.pending ? 'settings.saved.restart' : 'settings.saved')
  const save = (value: Value): void =>
    change.mutate(tidy(value), {
      onSuccess: (changed) => {
        announce(said(changed))
        startAnew()
      },
    })
  const edit = (value: Value): void => {
    if (change.isError || change.isSuccess) change.reset()
    setDraft(value)
    if (savesAtOnce(control))
      change.mutate(value, { onSuccess: (changed) => announce(said(changed)), onSettled: () => setDraft(undefined) })
  }
  const cancel = (): void => {
    change.reset()
    startAnew()
  }
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (isDirty && !change.isPending) save(draft)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !isDirty) return
    event.stopPropagation()
    cancel()
  }
  return (
    <form ref={form} className="settings-editor" noValidate onSubmit={onSubmit} onKeyDown={onKeyDown}>
      <div className="toolbar">
        <SettingControl
          control={control}
          value={draft ?? setting.value}
          onChange={edit}
          labelledBy={labelledBy}
          describedBy={change.isError ? `${errorId} ${describedBy}` : describedBy}
          invalid={change.isError}
          disabled={false}
        />
        {isDirty && !savesAtOnce(control) && (
          <>
            <button type="submit" className="button primary" aria-disabled={change.isPending || undefined}>
              {text('settings.save')}
            </button>
            <button type="button" className="button" onClick={cancel}>
              {text('settings.cancel')}
            </button>
          </>
        )}
        {!isDirty && setting.origin.from === 'user' && (
          <button type="button" className="button plain" onClick={() => save(null)}>
            {text('settings.toDefault')}
            <span className="shell-hidden">: {name}</span>
          </button>
        )}
      </div>
      {change.isError && (
        <p id={errorId} role="alert" className="help bad">
          <ServerWords error={change.error} />
        </p>
      )}
      {control.kind === 'list' && <p className="help">{text('settings.list.help')}</p>}
      {(change.isPending || change.data) && (
        <p className="help">
          {change.data === undefined ? text('settings.saving') : said(change.data)}
          {change.data?.note != null && <span lang="en"> {change.data.note}</span>}
        </p>
      )}
    </form>
  )
}

/** Without the empty lines of a list. */
function tidy(value: Value): Value {
  if (!Array.isArray(value)) return value
  return value.map((item) => (typeof item === 'string' ? item.trim() : item)).filter((item) => item !== '')
}
